/** Structures of the API as Go prints them in messages of Kubernetes 1.33. What holds a pointer that points somewhere stays JSON. */
import { GoShown, listInGo, structInGo, textsInGo } from '@pintle/machinery';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../core/v1/reference.js';

const text = (value = ''): string => JSON.stringify(value);

export function shownTaint(taint: {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly timeAdded?: unknown;
}): unknown {
  const { key, value, effect, timeAdded } = taint;
  if (timeAdded !== undefined) return taint;
  const fields = { Key: text(key), Value: text(value), Effect: text(effect), TimeAdded: '<nil>' };
  return new GoShown(structInGo('core.Taint', fields));
}

export const shownAddress = ({ type, address }: { readonly type?: string; readonly address?: string }): GoShown =>
  new GoShown(structInGo('core.NodeAddress', { Type: text(type), Address: text(address) }));

/** `type` is `core.PodIP` or `core.HostIP`. */
export const shownIps = (ips: readonly { readonly ip?: string }[], type: string): GoShown =>
  new GoShown(
    listInGo(
      type,
      ips.map(({ ip }) => structInGo(type, { IP: text(ip) })),
    ),
  );

/** Of a port that comes again, upstream tells by what it is known alone. */
export function shownPort(protocol: string | undefined, port: number | undefined): GoShown {
  const target = structInGo('intstr.IntOrString', { Type: '0', IntVal: '0', StrVal: '""' });
  const fields = { Name: '""', Protocol: text(protocol), AppProtocol: '(*string)(nil)', Port: String(port ?? 0) };
  return new GoShown(structInGo('core.ServicePort', { ...fields, TargetPort: target, NodePort: '0' }));
}

export const shownIntegers = (values: readonly number[]): GoShown => new GoShown(listInGo('int32', values.map(String)));

export const shownTerm = (term: NodeSelectorTerm): GoShown => new GoShown(termInGo(term));

export const shownTerms = (terms: readonly NodeSelectorTerm[]): GoShown =>
  new GoShown(listInGo('core.NodeSelectorTerm', terms.map(termInGo)));

function termInGo({ matchExpressions, matchFields }: NodeSelectorTerm): string {
  const type = 'core.NodeSelectorRequirement';
  const listed = (requirements: readonly NodeSelectorRequirement[] | undefined) =>
    listInGo(
      type,
      requirements?.map(({ key, operator, values }) =>
        structInGo(type, { Key: text(key), Operator: text(operator), Values: textsInGo(values) }),
      ),
    );
  return structInGo('core.NodeSelectorTerm', {
    MatchExpressions: listed(matchExpressions),
    MatchFields: listed(matchFields),
  });
}
