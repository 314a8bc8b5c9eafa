/** What only Windows knows of users and containers: what must hold of it. */
import { dns1123SubdomainErrors, type FieldError, formatErrors, invalidField, noErrors } from '@pintle/machinery';
import type { WindowsSecurityContextOptions } from '../../core/v1/container.js';
import type { PodSpec } from '../../core/v1/pod.js';
import { containersOf } from './containers-of.js';

const credentialSpecMaxKib = 64;
const domainMaxLength = 256;
const userMaxLength = 104;

export function windowsOptionsErrors(
  options: WindowsSecurityContextOptions | undefined,
  path: string,
): readonly FieldError[] {
  if (options === undefined) return noErrors;
  const { gmsaCredentialSpecName, gmsaCredentialSpec: spec, runAsUserName } = options;
  const fault =
    spec === undefined
      ? undefined
      : spec === ''
        ? 'gmsaCredentialSpec cannot be an empty string'
        : spec.length > credentialSpecMaxKib * 1024
          ? `gmsaCredentialSpec size must be under ${credentialSpecMaxKib} KiB`
          : undefined;
  return [
    ...formatErrors(gmsaCredentialSpecName, `${path}.gmsaCredentialSpecName`, dns1123SubdomainErrors),
    ...(fault === undefined ? noErrors : [invalidField(`${path}.gmsaCredentialSpec`, spec, fault)]),
    ...(runAsUserName === undefined
      ? noErrors
      : userNameFaults(runAsUserName).map((detail) =>
          invalidField(`${path}.runAsUserName`, runAsUserName, `runAsUserName${detail}`),
        )),
  ];
}

const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsDomain = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const control = /[\x00-\x1f\x7f]/;

/** `DOMAIN\user`, or the user alone (Active Directory's naming conventions). */
function userNameFaults(name: string): readonly string[] {
  if (name === '') return [' cannot be an empty string'];
  if (control.test(name)) return [' cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const [domain, user] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  const faults: string[] = [];
  if (domain !== undefined && domain.length >= domainMaxLength)
    faults.push(`'s Domain length must be under ${domainMaxLength} characters`);
  if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain))
    faults.push("'s Domain doesn't match the NetBios nor the DNS format");
  if (user === '') faults.push("'s User cannot be empty");
  else if (user.length > userMaxLength)
    faults.push(`'s User length must not be longer than ${userMaxLength} characters`);
  if (/^[. ]+$/.test(user)) faults.push("'s User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    faults.push(`'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  return faults;
}

/** Containers that are processes of the node: all of a pod's, or none. */
export function hostProcessErrors(spec: PodSpec, path: string): readonly FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersOf(spec, path);
  const errors: FieldError[] = [];
  let count = 0;
  for (const { container, path: at } of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own)
      errors.push(
        invalidField(
          `${at}.securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      );
    if (own ?? ofPod) count++;
  }
  if (count === 0) return errors;
  if (count !== containers.length)
    errors.push(
      invalidField(
        path,
        '',
        'If pod contains any hostProcess containers then all containers must be HostProcess containers',
      ),
    );
  if (!spec.hostNetwork)
    errors.push(
      invalidField(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'),
    );
  return errors;
}
