import { onMount } from 'svelte';

/**
 * A page is on screen before its scripts are, and a button that does nothing yet says so by being disabled.
 * @returns whether the component acts on what is pressed
 */
export function useAlive(): () => boolean {
  let alive = $state(false);
  onMount(() => {
    alive = true;
  });
  return () => alive;
}
