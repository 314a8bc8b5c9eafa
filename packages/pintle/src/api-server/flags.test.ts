/** What the flags of kube-apiserver come to, as parsed: the forms that people write, and what is refused by its name. */
import { describe, expect, it } from '@jest/globals';
import { Command, CommanderError } from 'commander';
import { type ApiServerFlags, withApiServerFlags } from './flags.js';

function parse(line: string): ApiServerFlags {
  const command = withApiServerFlags(new Command('apiserver'))
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  return command.parse(line.split(' ').filter(Boolean), { from: 'user' }).opts();
}

const accepted: readonly (readonly [string, Partial<ApiServerFlags>])[] = [
  ['', {}],
  ['--secure-port=6443 --bind-address 127.0.0.1', { securePort: 6443, bindAddress: '127.0.0.1' }],
  ['--advertise-address=192.0.2.1', { advertiseAddress: '192.0.2.1' }],
  ['--authorization-mode=Node,RBAC', { authorizationMode: ['Node', 'RBAC'] }],
  ['--authorization-mode=RBAC --authorization-mode=AlwaysAllow', { authorizationMode: ['RBAC', 'AlwaysAllow'] }],
  [
    '--enable-admission-plugins=NodeRestriction,AlwaysPullImages',
    { enableAdmissionPlugins: ['NodeRestriction', 'AlwaysPullImages'] },
  ],
  ['--default-not-ready-toleration-seconds=0', { defaultNotReadyTolerationSeconds: 0 }],
  ['--disable-admission-plugins=ServiceAccount,Priority', { disableAdmissionPlugins: ['ServiceAccount', 'Priority'] }],
  ['--requestheader-allowed-names=a,b', { requestheaderAllowedNames: ['a', 'b'] }],
  [
    '--oidc-issuer-url=https://a --oidc-client-id=b --oidc-required-claim=c=d,e --oidc-required-claim=f=g',
    { oidcIssuerUrl: 'https://a', oidcClientId: 'b', oidcRequiredClaim: { c: 'd,e', f: 'g' } },
  ],
  ['--oidc-signing-algs=RS256,ES256', { oidcSigningAlgs: ['RS256', 'ES256'] }],
  ['--authentication-config=a.yaml', { authenticationConfig: 'a.yaml' }],
  ['--anonymous-auth=false', { anonymousAuth: false }],
  ['--anonymous-auth', { anonymousAuth: true }],
  ['--service-cluster-ip-range=10.0.0.0/24', { serviceClusterIpRange: '10.0.0.0/24' }],
  ['--service-cluster-ip-range=10.0.0.0/24,fd00::/108', { serviceClusterIpRange: '10.0.0.0/24,fd00::/108' }],
  ['--service-node-port-range=30000-30100', { serviceNodePortRange: [30000, 30100] }],
  ['--service-node-port-range=30000+10', { serviceNodePortRange: [30000, 30010] }],
  ['--service-account-key-file=a.pub --service-account-key-file=b.pub', { serviceAccountKeyFile: ['a.pub', 'b.pub'] }],
  ['--service-account-max-token-expiration=24h', { serviceAccountMaxTokenExpiration: 86_400_000 }],
  ['--service-account-extend-token-expiration=false', { serviceAccountExtendTokenExpiration: false }],
  ['--runtime-config=api/v1', { runtimeConfig: { 'api/v1': true } }],
  ['--runtime-config=api/beta=false,batch/v1=true', { runtimeConfig: { 'api/beta': false, 'batch/v1': true } }],
];

const refused: readonly (readonly [line: string, message: RegExp])[] = [
  ['--insecure-port=0', /unknown option '--insecure-port=0'/],
  ['--secure-port=70000', /--secure-port.*'70000'.*from 0 to 65535/],
  ['--secure-port=', /--secure-port/],
  ['--advertise-address=here', /--advertise-address.*IP address is needed/],
  ['--authorization-mode=Magic', /--authorization-mode.*"Magic" is unknown; known are AlwaysAllow, AlwaysDeny, ABAC/],
  ['--disable-admission-plugins=Nope', /--disable-admission-plugins.*admission plug-in "Nope" is unknown/],
  ['--oidc-signing-algs=none', /--oidc-signing-algs.*signing algorithm "none" is unknown/],
  ['--oidc-required-claim=a', /--oidc-required-claim.*"a" is no NAME=VALUE/],
  ['--anonymous-auth=maybe', /--anonymous-auth.*true or false is needed/],
  ['--service-account-jwks-uri=http://here', /--service-account-jwks-uri.*a URL of HTTPS is needed/],
  ['--service-account-max-token-expiration=10m', /--service-account-max-token-expiration.*from 1h to 2\^32 seconds/],
  ['--service-cluster-ip-range=ten', /--service-cluster-ip-range.*a range is needed/],
  ['--service-cluster-ip-range=10.0.0.0/24,10.0.1.0/24', /--service-cluster-ip-range.*one of IPv4 and one of IPv6/],
  ['--service-node-port-range=9-1', /--service-node-port-range.*range of ports/],
  ['--feature-gates=Some', /--feature-gates.*"Some" lacks a value/],
];

describe('the flags of kube-apiserver', () => {
  it.each(accepted)('%s', (line, flags) => {
    expect(parse(line)).toEqual(flags);
  });

  it.each(refused)('%s is refused', (line, message) => {
    expect(() => parse(line)).toThrow(CommanderError);
    expect(() => parse(line)).toThrow(message);
  });

  it('takes what harnesses pass out of habit', () => {
    const habits =
      '--advertise-address=127.0.0.1 --allow-privileged=true --etcd-servers=http://127.0.0.1:2379 ' +
      '--etcd-prefix=/registry --storage-media-type= --service-account-lookup=true --feature-gates=A=true,B=false -v 2';
    expect(() => parse(habits)).not.toThrow();
  });

  it('tells of every flag at the beginning of a line, where harnesses look for it', () => {
    const help = withApiServerFlags(new Command('apiserver')).helpInformation();
    for (const name of ['secure-port', 'cert-dir', 'client-ca-file', 'etcd-servers', 'allow-privileged'])
      expect(help).toMatch(new RegExp(`^\\s*--${name}\\b`, 'm'));
    expect(help).not.toMatch(/insecure-port/);
  });
});
