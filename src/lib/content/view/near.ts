/** Attachments for things that act when a reader comes to them. */
import type { Attachment } from 'svelte/attachments';

/** Calls once, when the element is as near to the window as `margin` says. Hidden elements are never near. */
export function whenNear(margin: string, act: () => void): Attachment<Element> {
  return (element) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        act();
      },
      { rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}
