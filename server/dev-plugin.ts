/** Vite plugin: `vite dev` serves the live rooms too, with the headers the built server sets. */
import type { Server } from 'node:http';
import type { Plugin } from 'vite';

export function liveServer(): Plugin {
  return {
    name: 'rankroom:live-server',
    apply: 'serve',
    configureServer(vite) {
      const { httpServer } = vite;
      if (!httpServer) return;
      return async () => {
        const { attach } = (await vite.ssrLoadModule('/server/dev.ts')) as {
          attach(server: Server): Promise<void>;
        };
        await attach(httpServer as Server);
      };
    },
  };
}
