/** 404 and 405, as kube-apiserver says it: of built-in kinds by its router, which knows no kind; of custom ones by name. */
import { methodNotSupported, notFound, type StatusError, statusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

export const resourceNotFound = (): StatusError =>
  statusError('NotFound', 'the server could not find the requested resource', { details: {} });

/** Of an object's part that its kind does not have. */
export const partNotFound = ({ custom, kind }: Resource, name: string): StatusError =>
  custom ? notFound(kind, name) : resourceNotFound();

export const methodNotAllowed = (): StatusError =>
  statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', { details: {} });

export const verbNotAllowed = ({ custom, kind }: Resource, verb: string): StatusError =>
  custom ? methodNotSupported(kind, verb) : methodNotAllowed();
