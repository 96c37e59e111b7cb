/**
 * Lets queued messages (a stop, above all) be handled. A message to oneself, because timers are slowed to one
 * a second in background tabs.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
