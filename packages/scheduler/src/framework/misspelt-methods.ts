/**
 * Methods whose names are nearly those of extension points: in plain JavaScript nobody else says that they are never
 * called. Plugins may have methods of their own, so a name is only doubted where the plugin has not the method that it is
 * like: it differs from that in upper and lower case alone, or by one letter, but does not go on from it, as `filterNode`
 * and `scores` do. Short names are too like other words for the latter.
 */
import { pluginMethods } from './extension-point.js';
import type { SchedulerPlugin } from './plugin.js';

export interface MisspeltMethod {
  readonly given: string;
  readonly meant: string;
}

const lettersMin = 5;

export function misspeltMethods(plugin: SchedulerPlugin): readonly MisspeltMethod[] {
  const lacking = pluginMethods.filter((method) => plugin[method] === undefined);
  const own = methodNames(plugin).filter((name) => !(pluginMethods as readonly string[]).includes(name));
  return own.flatMap((given) => {
    const meant = lacking.find((method) => isLike(given.toLowerCase(), method.toLowerCase()));
    return meant === undefined ? [] : [{ given, meant }];
  });
}

/** Its own and inherited ones; getters are not asked. */
function methodNames(plugin: object): readonly string[] {
  const names = new Set<string>();
  for (let of = plugin; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of))
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
  return [...names];
}

const isLike = (given: string, method: string) =>
  given === method || (method.length >= lettersMin && !given.startsWith(method) && isOneLetterOff(given, method));

/** One letter is missing, is too many or is another, or two neighbours have changed places. */
function isOneLetterOff(given: string, method: string): boolean {
  if (Math.abs(given.length - method.length) > 1) return false;
  let start = 0;
  while (start < given.length && given[start] === method[start]) start++;
  const rest = (text: string, from: number) => text.slice(start + from);
  const [one, other] = [given[start + 1], method[start + 1]];
  return (
    rest(given, 1) === rest(method, 1) ||
    rest(given, 1) === rest(method, 0) ||
    rest(given, 0) === rest(method, 1) ||
    (given[start] === other && one === method[start] && rest(given, 2) === rest(method, 2))
  );
}
