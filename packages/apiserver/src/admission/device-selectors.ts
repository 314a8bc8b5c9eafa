/**
 * Refuses classes of devices, claims and templates whose selectors cannot be compiled, or may cost too much. The language is
 * loaded with the first selector.
 */
import type {
  DeviceClaim,
  DeviceClass,
  DeviceSelector,
  ResourceClaim,
  ResourceClaimTemplate,
} from '@pintle/api/resource/v1beta2';
import type { CheckedType, DeclaredSize } from '@pintle/cel';
import { deepEqual, type FieldError, forbiddenField, type KubernetesObject } from '@pintle/machinery';
import type { CelModule } from '../registry/cel-module.js';
import { expressionFault } from '../registry/expression-fault.js';
import type { AdmissionPlugin, AdmissionRequest } from './admission.js';

interface Placed {
  readonly selectors: readonly DeviceSelector[];
  readonly path: string;
}

const placedOf = (selectors: readonly DeviceSelector[] | undefined, path: string): readonly Placed[] =>
  selectors === undefined || selectors.length === 0 ? [] : [{ selectors, path: `${path}.selectors` }];

const ofClaim = ({ requests = [] }: DeviceClaim = {}, path: string): readonly Placed[] =>
  requests.flatMap(({ exactly, firstAvailable = [] }, index) => {
    const at = `${path}.requests[${index}]`;
    return [
      ...placedOf(exactly?.selectors, `${at}.exactly`),
      ...firstAvailable.flatMap(({ selectors }, part) => placedOf(selectors, `${at}.firstAvailable[${part}]`)),
    ];
  });

/** By the kinds that have selectors, all in the version in which they are stored. */
const selectorsOf: Readonly<Record<string, (object: KubernetesObject) => readonly Placed[]>> = {
  DeviceClass: (object) => placedOf((object as DeviceClass).spec?.selectors, 'spec'),
  ResourceClaim: (object) => ofClaim((object as ResourceClaim).spec?.devices, 'spec.devices'),
  ResourceClaimTemplate: (object) =>
    ofClaim((object as ResourceClaimTemplate).spec?.spec?.devices, 'spec.spec.devices'),
};

/** What an expression sees of a device: facts by the domain of who tells them, and then by name. */
function deviceType(cel: CelModule): CheckedType {
  const facts = (of: CheckedType) => cel.mapOf(cel.textType, cel.mapOf(cel.textType, of));
  const fields = [
    ['driver', cel.textType],
    ['attributes', facts(cel.anyType)],
    ['capacity', facts(cel.typeNamed('kubernetes.Quantity'))],
  ] as const;
  return cel.objectNamed('kubernetes.DRADevice', new Map(fields));
}

const text = (max: number): DeclaredSize => ({ minBytes: 2, max });
const factSizes = (max: number): DeclaredSize => ({
  minBytes: 2,
  max: 32,
  key: text(63),
  element: { minBytes: 2, max: 32, key: text(32), element: text(max) },
});
const deviceSize: DeclaredSize = {
  minBytes: 2,
  max: 0,
  fields: new Map([
    ['driver', text(63)],
    ['attributes', factSizes(64)],
    ['capacity', factSizes(0)],
  ]),
};
const costMax = 1_000_000;
/** Longer ones are told of with the object's other fields. */
const expressionMaxBytes = 10 * 1024;

const needLook = ({ object, old, resource: { kind } }: AdmissionRequest): readonly Placed[] => {
  const placed = selectorsOf[kind.kind]!(object!);
  // What stands in the store already is left alone.
  return old !== undefined && deepEqual(placed, selectorsOf[kind.kind]!(old)) ? [] : placed;
};

export function deviceSelectors(): AdmissionPlugin {
  let loaded: CelModule | undefined;
  const judge = (cel: CelModule, placed: readonly Placed[], own: readonly FieldError[]): readonly FieldError[] => {
    const environment = cel.celEnvironment({
      variables: { device: deviceType(cel) },
      libraries: [...cel.kubernetesLibraries, cel.bindLibrary],
    });
    const faultOf = (expression: string, path: string): readonly FieldError[] => {
      if (expression.length > expressionMaxBytes) return [];
      let costs = 0;
      const compile = () => {
        const program = environment.compile(expression);
        costs = program.costMax(deviceSize);
        return program;
      };
      const fault = expressionFault(cel, compile, { expression, path }, (given) => {
        const type = cel.typeFullText(given);
        return type === 'bool' || type === 'any' ? undefined : `must evaluate to bool or the unknown type, not ${type}`;
      });
      if (fault !== undefined) return [fault];
      return costs > costMax ? [forbiddenField(path, 'too complex, exceeds cost limit')] : [];
    };
    const faults = placed.flatMap(({ selectors, path }) =>
      selectors.flatMap(({ cel: selector }, index) =>
        selector === undefined ? [] : faultOf(selector.expression ?? '', `${path}[${index}].cel.expression`),
      ),
    );
    return [...own, ...faults];
  };
  return {
    name: 'DeviceSelectors',
    concerns: ({ operation, resource: { kind, custom }, subresource }) =>
      kind.group === 'resource.k8s.io' &&
      !custom &&
      Object.hasOwn(selectorsOf, kind.kind) &&
      subresource === undefined &&
      (operation === 'CREATE' || operation === 'UPDATE'),
    faults(request, own) {
      const placed = request.object === undefined ? [] : needLook(request);
      if (placed.length === 0) return own;
      if (loaded !== undefined) return judge(loaded, placed, own);
      return import('@pintle/cel').then((cel) => {
        loaded = cel;
        return judge(cel, placed, own);
      });
    },
  };
}
