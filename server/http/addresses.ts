/** Addresses under which this server can be reached. */
import { networkInterfaces } from 'node:os';

/** Address ranges containers and virtual machines use for themselves come last. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|utun|tun|tap)/;

/** The machine's IPv4 address on its local network, where it has one. */
export function lanAddress(): string | null {
  const found = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => ({ address, virtual: VIRTUAL.test(name) })),
  );
  return (found.find(({ virtual }) => !virtual) ?? found[0])?.address ?? null;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether a server bound to `host` answers on the local network. */
export const listensOnLan = (host: string): boolean => !LOOPBACK.test(host) && host !== '::1';

/**
 * An origin that other devices can open: the page's own, or the LAN address when the page is on localhost
 * and the server is bound to more than that.
 */
export function reachableOrigin(page: URL, boundHost = process.env.HOST ?? '0.0.0.0'): string {
  const lan = LOOPBACK.test(page.hostname) && listensOnLan(boundHost) ? lanAddress() : null;
  return lan ? `${page.protocol}//${lan}${page.port && `:${page.port}`}` : page.origin;
}
