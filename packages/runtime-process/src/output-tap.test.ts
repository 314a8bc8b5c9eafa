import { describe, expect, it } from '@jest/globals';
import { OutputTaps } from './output-tap.js';

async function heard(output: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of output) text += Buffer.from(chunk).toString();
  return text;
}

describe('who attaches to a container', () => {
  it('hears it from then on', async () => {
    const taps = new OutputTaps(false);
    taps.push('stdout', Buffer.from('before'));
    expect(taps.hasEarly).toBe(false);
    const { stdout, stderr } = taps.attach();
    taps.push('stdout', Buffer.from('out'));
    taps.push('stderr', Buffer.from('err'));
    taps.close();
    expect([await heard(stdout), await heard(stderr)]).toEqual(['out', 'err']);
  });

  it('hears what was said before, where the input is for one, if it is the first', async () => {
    const taps = new OutputTaps(true);
    taps.push('stdout', Buffer.from('one '));
    taps.push('stderr', Buffer.from('oops'));
    const [first, second] = [taps.attach(), taps.attach()];
    expect(taps.hasEarly).toBe(false);
    taps.push('stdout', Buffer.from('two'));
    taps.close();
    expect([await heard(first.stdout), await heard(first.stderr)]).toEqual(['one two', 'oops']);
    expect(await heard(second.stdout)).toBe('two');
  });

  it('hears the end of what was said, also after it has ended', async () => {
    const taps = new OutputTaps(true);
    taps.push('stdout', Buffer.alloc(60 << 10, 'a'));
    taps.push('stdout', Buffer.alloc(8 << 10, 'b'));
    taps.close();
    expect(taps.hasEarly).toBe(true);
    expect(await heard(taps.attach().stdout)).toBe('b'.repeat(8 << 10));
    expect(await heard(taps.attach().stdout)).toBe('');
  });

  it('hears no more when it leaves', async () => {
    const taps = new OutputTaps(false);
    const { stdout, leave } = taps.attach();
    leave();
    taps.push('stdout', Buffer.from('x'));
    expect(await heard(stdout)).toBe('');
  });
});
