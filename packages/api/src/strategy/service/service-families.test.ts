/** Which families Services get on clusters of one and of two (the rules of upstream's `initIPFamilyFields`). */
import { describe, expect, it } from '@jest/globals';
import type { IpFamily } from '@pintle/machinery';
import type { ServiceSpec } from '../../core/v1/service.js';
import { serviceFamilies } from './service-families.js';

const addresses: Readonly<Record<string, string>> = { '4': '10.0.0.9', '6': 'fd00::9', None: 'None' };
const words = (text: string) => (text === '-' ? [] : text.split(''));
const familiesOf = (text: string) => words(text).map((digit) => `IPv${digit}` as IpFamily);
const policies: Readonly<Record<string, NonNullable<ServiceSpec['ipFamilyPolicy']>>> = {
  single: 'SingleStack',
  prefer: 'PreferDualStack',
  require: 'RequireDualStack',
};

/** `policy addresses families`, as `single 4 -`; what is not said is `-`. */
function specOf(text: string, more: Partial<ServiceSpec> = {}): ServiceSpec {
  const [policy = '', ips = '', families = ''] = text.split(' ');
  const clusterIPs = ips === 'None' ? ['None'] : words(ips).map((digit) => addresses[digit]!);
  return {
    type: 'ClusterIP',
    selector: { app: 'web' },
    ...(policy === '-' ? {} : { ipFamilyPolicy: policies[policy]! }),
    ...(clusterIPs.length === 0 ? {} : { clusterIP: clusterIPs[0]!, clusterIPs }),
    ...(families === '-' ? {} : { ipFamilies: familiesOf(families) }),
    ...more,
  };
}

/** As `specOf` reads it, with the index from which on addresses are to be had. */
function told({ spec, from, errors = [] }: ReturnType<typeof serviceFamilies>) {
  if (errors.length > 0) return errors.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  const policy = Object.keys(policies).find((name) => policies[name] === spec.ipFamilyPolicy) ?? '-';
  const families = spec.ipFamilies?.map((family) => family.at(-1)).join('') || '-';
  return [policy, families, ...(from === undefined ? [] : [`from ${from}`])].join(' ');
}

const notDual = 'spec.ipFamilyPolicy: this cluster is not configured for dual-stack services';
const not = (index: number) => `spec.ipFamilies[${index}]: not configured on this cluster`;
const ipNot = (index: number, family: string) =>
  `spec.clusterIPs[${index}]: ${family} is not configured on this cluster`;
const must = "spec.ipFamilyPolicy: must be 'RequireDualStack' or 'PreferDualStack' when multiple";
const [ipsMust, familiesMust] = [`${must} cluster IPs are specified`, `${must} IP families are specified`];

describe('a new Service', () => {
  it.each([
    ['4', '- - -', 'single 4 from 0'],
    ['4', 'single - -', 'single 4 from 0'],
    ['4', 'prefer - -', 'prefer 4 from 0'],
    ['4', 'require - -', notDual],
    ['4', '- 4 -', 'single 4 from 0'],
    ['4', '- 6 -', ipNot(0, 'IPv6')],
    ['4', '- - 6', not(0)],
    ['4', 'prefer - 46', not(1)],
    ['4', 'prefer 46 -', ipNot(1, 'IPv6')],
    ['4', 'require - 46', `${notDual}; ${not(1)}`],
    ['4', '- - 46', familiesMust],
    ['4', '- 46 -', `${ipsMust}; ${ipNot(1, 'IPv6')}`],
    ['6', '- - -', 'single 6 from 0'],
    ['6', '- 4 -', ipNot(0, 'IPv4')],
    ['46', '- - -', 'single 4 from 0'],
    ['64', '- - -', 'single 6 from 0'],
    ['46', 'prefer - -', 'prefer 46 from 0'],
    ['64', 'prefer - -', 'prefer 64 from 0'],
    ['46', 'require - -', 'require 46 from 0'],
    ['46', 'require - 6', 'require 64 from 0'],
    ['46', 'require 6 -', 'require 64 from 0'],
    ['46', '- 6 -', 'single 6 from 0'],
    ['46', '- - 6', 'single 6 from 0'],
    ['46', 'prefer 64 -', 'prefer 64 from 0'],
    ['46', 'prefer 6 64', 'prefer 64 from 0'],
    ['46', '- 46 -', ipsMust],
    ['46', 'single 46 46', `${ipsMust}; ${familiesMust}`],
    ['46', 'single - 64', familiesMust],
  ])('of a cluster of %s: %s', (cluster, asked, expected) => {
    expect(told(serviceFamilies(specOf(asked), undefined, familiesOf(cluster)))).toBe(expected);
  });

  it.each([
    ['4', '- None -', 'single 4'],
    ['46', 'prefer None -', 'prefer 46'],
    ['46', 'require None 6', 'require 64'],
    ['4', 'require None -', notDual],
    ['4', '- None 6', not(0)],
    ['4', 'single None 46', familiesMust],
  ])('without an address, of a cluster of %s: %s', (cluster, asked, expected) => {
    expect(told(serviceFamilies(specOf(asked), undefined, familiesOf(cluster)))).toBe(expected);
  });

  it.each([
    ['4', '- None -', 'require 46'],
    ['6', '- None -', 'require 64'],
    ['4', '- None 6', 'require 64'],
    ['4', 'prefer None -', 'prefer 46'],
    ['4', 'single None -', 'single 4'],
    ['4', 'single None 6', 'single 6'],
    ['46', '- None 64', 'require 64'],
    ['46', 'single None 46', familiesMust],
  ])('with addresses of somebody else, of a cluster of %s: %s', (cluster, asked, expected) => {
    const spec = specOf(asked, { selector: {} });
    expect(told(serviceFamilies(spec, undefined, familiesOf(cluster)))).toBe(expected);
  });

  it('with one address alone has it in the list', () => {
    const { spec } = serviceFamilies({ clusterIP: '10.0.0.9' }, undefined, ['IPv4']);
    expect(spec).toMatchObject({ clusterIPs: ['10.0.0.9'], ipFamilies: ['IPv4'] });
  });

  it('that is a name for something outside has none', () => {
    const spec = { type: 'ExternalName', externalName: 'a.example.com' } as const;
    expect(serviceFamilies(spec, undefined, ['IPv4'])).toEqual({ spec });
  });

  it.each([['- 4 6'], ['- - 44'], ['- - 5']])('that says what cannot be is left to the validation: %s', (asked) => {
    expect(serviceFamilies(specOf(asked), undefined, ['IPv4', 'IPv6']).from).toBeUndefined();
  });
});

const release = (what: string) => `spec.ipFamilyPolicy: must be 'SingleStack' to release the secondary ${what}`;

describe('a Service that was there', () => {
  it.each([
    // Gains a second.
    ['46', 'single 4 4', 'require 4 4', 'require 46 from 1'],
    ['46', 'single 4 4', 'prefer 4 4', 'prefer 46 from 1'],
    ['46', 'single 4 4', 'prefer 46 -', 'prefer 46 from 1'],
    ['64', 'single 4 4', 'require - -', 'require 46 from 1'],
    ['46', 'single 4 4', '- 4 46', familiesMust],
    ['4', 'single 4 4', 'require 4 4', notDual],
    ['4', 'single 4 4', 'prefer 4 4', 'prefer 4'],
    // Loses it.
    ['46', 'require 46 46', 'single 46 46', 'single 4'],
    ['46', 'require 46 46', 'single 4 46', 'single 4'],
    ['46', 'prefer 64 64', 'single - -', 'single 6'],
    ['46', 'require 46 46', 'require 4 46', release('cluster IP')],
    ['46', 'require 46 46', '- 46 4', release('IP family')],
    ['46', 'require 46 46', 'prefer 4 4', `${release('cluster IP')}; ${release('IP family')}`],
    // Stays.
    ['46', 'prefer 4 4', 'prefer 4 4', 'prefer 4'],
    ['4', 'prefer 46 46', 'prefer 46 46', 'prefer 46'],
    ['46', 'prefer 46 46', 'prefer - -', 'prefer 46'],
    ['46', 'require 46 46', '- - -', 'require 46'],
    ['46', 'single 4 4', '- - -', 'single 4'],
  ])('in a cluster of %s: %s, then %s', (cluster, before, asked, expected) => {
    expect(told(serviceFamilies(specOf(asked), specOf(before), familiesOf(cluster)))).toBe(expected);
  });

  it('keeps the first address when the second goes', () => {
    const { spec } = serviceFamilies(specOf('single - -'), specOf('require 46 46'), ['IPv4', 'IPv6']);
    expect(spec).toMatchObject({ clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], ipFamilies: ['IPv4'] });
  });

  it('gets addresses when it is no longer a name for something outside', () => {
    const before = { type: 'ExternalName', externalName: 'a.example.com' } as const;
    expect(told(serviceFamilies(specOf('- - -'), before, ['IPv4']))).toBe('single 4 from 0');
  });

  it('has another first address only for the validation to refuse', () => {
    const { spec, from } = serviceFamilies({ ...specOf('- 4 -'), clusterIP: '10.0.0.8' }, specOf('single 4 4'), [
      'IPv4',
    ]);
    expect([spec.clusterIPs, from]).toEqual([['10.0.0.8'], undefined]);
  });
});
