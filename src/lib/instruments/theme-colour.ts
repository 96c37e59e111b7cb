/** Canvases know no tokens: a picture is painted in the colour that its element has, and again when the theme turns. */
import type { Attachment } from 'svelte/attachments';

type Paint = (canvas: HTMLCanvasElement, rgb: readonly number[]) => void;

export function redrawnWithTheme(paint: Paint): Attachment<HTMLCanvasElement> {
  return (canvas) => {
    const draw = () => paint(canvas, rgbOf(getComputedStyle(canvas).color));
    draw();
    const chosen = new MutationObserver(draw);
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', draw);
    return () => {
      chosen.disconnect();
      system.removeEventListener('change', draw);
    };
  };
}

/** Any CSS colour as red, green and blue, 0–255. */
function rgbOf(colour: string): readonly number[] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
