/** Numbers as a picture, one pixel a number, in the colour of the canvas. */

/**
 * Paper is the smallest value and full colour the largest. Of `signed` values the middle is zero, and the largest
 * magnitude has full colour; a `share` goes from 0 to 1.
 */
export function paintHeat(
  canvas: HTMLCanvasElement,
  [red, green, blue]: readonly number[],
  data: ArrayLike<number>,
  [rows, columns]: readonly [rows: number, columns: number],
  scale: 'signed' | 'share',
): void {
  const largest = scale === 'share' ? 1 : Math.max(1e-12, largestOf(data));
  const image = new ImageData(columns, rows);
  for (let i = 0; i < data.length; i++) {
    const share = scale === 'share' ? data[i]! : 0.5 + (0.5 * data[i]!) / largest;
    image.data.set([red!, green!, blue!, 255 * share], 4 * i);
  }
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

export function largestOf(data: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]!));
  return most;
}
