const ADJECTIVES =
  'amber brave bright calm clear clever cosy crisp deep early eager fair fond gentle glad golden grand green happy honest jolly keen kind lively lucky mellow merry mild neat noble plain proud quick quiet rapid ready silver smart snug solid sunny swift tidy warm wide wild wise young'.split(
    ' ',
  );
const ANIMALS =
  'badger beaver bison crane deer dove eagle falcon finch fox hare hawk heron ibex jay kestrel koala lark lemur lion llama lynx magpie marten mole moose otter owl panda petrel plover puffin quail raven robin salmon seal shrew sparrow squid stork swan tapir tern toad trout walrus wolf wren yak'.split(
    ' ',
  );
/** Without letters and digits that look alike. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * A new room's id that can be read out, like `calm-otter-k7mw`. Of about 2 billion: with the door unlocked, nobody
 * should meet strangers by chance.
 *
 * @param random uniform 32-bit numbers
 */
export function randomRoomId(random: Uint32Array = crypto.getRandomValues(new Uint32Array(6))): string {
  const [adjective = 0, animal = 0, ...signs] = random;
  const pick = <T>(list: ArrayLike<T>, number: number) => list[number % list.length];
  return [
    pick(ADJECTIVES, adjective),
    pick(ANIMALS, animal),
    signs.map((sign) => pick(SIGNS, sign)).join(''),
  ].join('-');
}
