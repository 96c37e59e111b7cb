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
      const attach = async () => {
        const module = await vite.ssrLoadModule('/server/dev.ts');
        await (module.attach as (server: Server) => Promise<void>)(httpServer as Server);
      };
      // After Vite's own middlewares, so that socket.io takes all of them over.
      return () =>
        void attach().catch((error: unknown) =>
          vite.config.logger.error(`The live server did not start: ${String(error)}`),
        );
    },
  };
}
