/** SwiftShader under another name, since the lab takes WASM before an adapter that runs on the CPU. */
import type { BrowserContext } from '@playwright/test';

/** Runs in the worker, before its own code. */
const DISGUISE = `
  const request = navigator.gpu.requestAdapter.bind(navigator.gpu);
  navigator.gpu.requestAdapter = async (...options) => {
    const adapter = await request(...options);
    const { vendor, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
    const info = { vendor, architecture: 'test', device, description, subgroupMinSize, subgroupMaxSize, isFallbackAdapter: false };
    Object.defineProperty(adapter, 'info', { value: info });
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (...wanted) => {
      const made = await requestDevice(...wanted);
      new BroadcastChannel('test:lose-gpu').onmessage = () => made.destroy();
      return made;
    };
    return adapter;
  };
`;

/** A message on the channel `test:lose-gpu` then destroys the device, as a driver's reset would. */
export async function disguise(context: BrowserContext): Promise<void> {
  await context.route(/\/workers\/engine\.worker-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: DISGUISE + (await response.text()) });
  });
}
