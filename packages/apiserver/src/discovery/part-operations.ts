/** What can be asked of what is below the objects of a resource: their status and scale, streams, proxies, logs. Pure. */
import type { Kind } from '@pintle/machinery';
import { capital, everyType, type Frame, type Method, type Operation } from './operation.js';
import { connecting, inPath, logging, type Parameter, patching, reading, writing } from './parameters.js';

export function partOperations(frame: Frame): readonly Operation[] {
  return partsOf(frame.resource.kind).flatMap((part) => {
    const streamed = part.of === undefined ? undefined : connecting[part.of.kind];
    if (streamed !== undefined) return connections(frame, part, streamed);
    return part.verbs.map((verb) => partOperation(frame, part, verb));
  });
}

function partOperation(frame: Frame, { name, of, schema = frame.schema }: Part, verb: PartVerb): Operation {
  const { common, named, word, noun } = frame;
  const { kind, custom } = frame.resource;
  const method = partMethods[verb];
  const step = {
    ...{ ...common, path: `${frame.one}/${name}`, kind: of ?? common.kind, method, action: method },
    ...{ id: `${partWords[verb]}${word}${noun}${capital(name)}`, description: `Of the ${name} of a ${kind.kind}.` },
    response: schema,
  } as const;
  if (name === 'log')
    return {
      ...{ ...step, parameters: [...named, ...logging], response: undefined, codes: [200] },
      mediaTypes: ['text/plain', ...everyType],
    };
  switch (verb) {
    case 'create':
      return { ...step, parameters: [...named, ...writing], body: frame.body(schema), codes: [200, 201, 202] };
    case 'update':
      return { ...step, parameters: [...named, ...writing], body: frame.body(schema), codes: [200, 201] };
    case 'patch':
      return { ...step, parameters: [...named, ...patching], body: frame.patch, codes: frame.patchCodes };
    default:
      return { ...step, parameters: [...named, ...(custom ? reading : [])], codes: [200] };
  }
}

const proxied: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** Of streams and of proxies: what is sent is nobody's schema. */
function connections(frame: Frame, { name, of, verbs }: Part, more: readonly Parameter[]): readonly Operation[] {
  const parameters = [...frame.named.filter((parameter) => parameter.name !== 'pretty'), ...more];
  const isProxy = name === 'proxy';
  const methods = isProxy ? proxied : verbs.map((verb) => partMethods[verb]);
  const at = (path: string, also: readonly Parameter[], end: string) =>
    methods.map(
      (method): Operation => ({
        ...{ ...frame.common, kind: of ?? frame.common.kind, path, method, action: 'connect', mediaTypes: ['*/*'] },
        id: `connect${frame.word}${capital(method)}${frame.noun}${capital(name)}${end}`,
        ...{ description: 'Goes on to what runs there.', parameters: [...parameters, ...also] },
        ...{ response: undefined, codes: [200] },
      }),
    );
  const path = `${frame.one}/${name}`;
  return [
    ...at(path, [], ''),
    ...(isProxy ? at(`${path}/{path}`, [inPath('path', 'The path that is asked for.')], 'WithPath') : []),
  ];
}

/** Methods by verb, for what is below an object, and how their names begin. */
const partMethods = { create: 'post', get: 'get', update: 'put', patch: 'patch', delete: 'delete' } as const;
const partWords = { create: 'create', get: 'read', update: 'replace', patch: 'patch', delete: 'delete' } as const;

type PartVerb = keyof typeof partMethods;

interface Part {
  readonly name: string;
  readonly verbs: readonly PartVerb[];
  /** The kind of its body where it is not the object's own. */
  readonly of?: NonNullable<Operation['kind']>;
  /** The name of the schema of `of`. */
  readonly schema?: string;
}

const scale: Part = {
  ...{ name: 'scale', verbs: ['get', 'update', 'patch'], schema: 'io.k8s.api.autoscaling.v1.Scale' },
  of: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
};

function partsOf(kind: Kind): readonly Part[] {
  const others = kind.otherSubresources.map(({ name, verbs, kind: body, group, version }): Part => {
    const of = { group: group ?? kind.group, version: version ?? kind.version, kind: body };
    return {
      name,
      verbs: verbs.filter((verb): verb is PartVerb => Object.hasOwn(partMethods, verb)),
      ...(body === kind.kind
        ? {}
        : { of, schema: `io.k8s.api.${of.group.split('.')[0] || 'core'}.${of.version}.${body}` }),
    };
  });
  return [
    ...others,
    ...(kind.subresources.status && !others.some(({ name }) => name === 'status')
      ? [{ name: 'status', verbs: ['get', 'update', 'patch'] as const }]
      : []),
    ...(kind.subresources.scale && !others.some(({ name }) => name === 'scale') ? [scale] : []),
  ];
}
