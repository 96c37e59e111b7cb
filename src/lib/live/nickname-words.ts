/** Nicknames for whoever has no idea: a quality and an animal or a thing, none of which can be held against anybody. */

const listed = (words: string): readonly string[] => words.trim().split(/\s+/);

export const ADJECTIVES = listed(`
  Amber Azure Brave Bright Brisk Calm Cheerful Clever Copper Coral Cosmic Crimson Curious Daring Eager
  Early Exact Fearless Gentle Golden Happy Hidden Humble Indigo Jolly Keen Kind Lively Lucky Lunar Merry
  Mighty Misty Nimble Noble Patient Polar Polite Proud Quick Quiet Rapid Scarlet Silent Silver Solar
  Steady Sunny Swift Tidy Tropical Velvet Violet Vivid Warm Winter`);

export const NOUNS = listed(`
  Acorn Albatross Badger Beacon Bison Canyon Cedar Comet Condor Coyote Cricket Dolphin Falcon Fern
  Firefly Fjord Gecko Glacier Harbour Hazel Heron Ibis Jaguar Juniper Kestrel Kiwi Koala Lagoon Lantern
  Lemur Lynx Magnolia Maple Marlin Meadow Meteor Narwhal Nebula Ocelot Orchid Osprey Otter Panda Pebble
  Pelican Penguin Puffin Quartz Raven Reef River Robin Salmon Sparrow Tundra Walnut Willow Wombat`);

const PAIRS = ADJECTIVES.length * NOUNS.length;

/**
 * Free pairs, all different, in an order that `random` decides.
 * @param random gives numbers from 0 up to 1, as `Math.random` does
 * @returns fewer than `count` only where fewer are free
 */
export function suggestNicknames(
  isTaken: (nickname: string) => boolean,
  random: () => number,
  count: number,
): string[] {
  const order = Array.from({ length: PAIRS }, (_, index) => index);
  const free: string[] = [];
  // Fisher–Yates, as far as it is needed.
  for (let at = 0; at < PAIRS && free.length < count; at++) {
    const other = at + Math.floor(random() * (PAIRS - at));
    [order[at], order[other]] = [order[other]!, order[at]!];
    const pair = nameOf(order[at]!);
    if (!isTaken(pair)) free.push(pair);
  }
  return free;
}

const nameOf = (index: number): string =>
  `${ADJECTIVES[Math.floor(index / NOUNS.length)]!} ${NOUNS[index % NOUNS.length]!}`;
