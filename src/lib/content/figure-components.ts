/** The static figures of lessons: components without properties. With all of them come their styles. */
import type { Component } from 'svelte';

const FIGURES = import.meta.glob<Component>('./figures/*.svelte', {
  eager: true,
  import: 'default',
});

/** @param name as the build has found it in the lesson */
export const figureNamed = (name: string): Component => FIGURES[`./figures/${name}.svelte`]!;
