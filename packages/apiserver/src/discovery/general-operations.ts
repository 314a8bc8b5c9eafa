/** What can be asked of the server that is of no version of a group: which groups and versions there are, which Kubernetes it is, who issues tokens. Pure. */
import type { ResourceRegistry } from '../registry/resource-registry.js';
import { everyType, groupWord, meta, type Operation, tagWord } from './operation.js';

export interface GeneralParts {
  readonly registry: Pick<ResourceRegistry, 'groups' | 'hasBuiltin'>;
  /** The paths where others find how to check service account tokens. */
  readonly issuerPaths: readonly string[];
}

type General = Pick<Operation, 'id' | 'tag' | 'description' | 'response'> & Partial<Pick<Operation, 'mediaTypes'>>;

const operation = (document: string, { mediaTypes = everyType, ...told }: General): Operation => ({
  ...{ path: `/${document}/`, method: 'get', ...told },
  ...{ parameters: [], mediaTypes, codes: [200] },
});

const issuerOperations: readonly Operation[] = [
  operation('.well-known/openid-configuration', {
    ...{ id: 'getServiceAccountIssuerOpenIDConfiguration', tag: 'WellKnown' },
    description: 'Where the keys are by which service account tokens are checked.',
    ...{ response: undefined, mediaTypes: ['application/json'] },
  }),
  operation('openid/v1/jwks', {
    ...{ id: 'getServiceAccountIssuerOpenIDKeyset', tag: 'openid' },
    description: 'The public keys by which service account tokens are checked.',
    ...{ response: undefined, mediaTypes: ['application/jwk-set+json'] },
  }),
];

/** By the path of their document below `/openapi/v3`, each of which has one. */
export function generalOperations({ registry, issuerPaths }: GeneralParts): ReadonlyMap<string, Operation> {
  const groups = [...registry.groups()].map(([group]) => group);
  const all = [
    operation('api', {
      ...{ id: 'getCoreAPIVersions', tag: 'core', description: 'Which versions the core has.' },
      response: meta('APIVersions'),
    }),
    operation('apis', {
      ...{ id: 'getAPIVersions', tag: 'apis', description: 'Which groups there are.' },
      response: meta('APIGroupList'),
    }),
    ...groups
      .filter((group) => group !== '' && registry.hasBuiltin(group))
      .map((group) =>
        operation(`apis/${group}`, {
          ...{
            id: `get${groupWord(group)}APIGroup`,
            tag: tagWord(group),
            description: 'Which versions the group has.',
          },
          response: meta('APIGroup'),
        }),
      ),
    operation('version', {
      ...{ id: 'getCodeVersion', tag: 'version', description: 'Which Kubernetes the server is.' },
      ...{ response: 'io.k8s.apimachinery.pkg.version.Info', mediaTypes: ['application/json'] },
    }),
    ...issuerOperations.filter(({ path }) => issuerPaths.includes(path.slice(0, -1))),
  ];
  return new Map(all.map((each) => [each.path.slice(1, -1), each]));
}
