/** What is wrong with an expression that stands in an object or a file, as kube-apiserver tells of it there. */
import type * as Cel from '@pintle/cel';
import { type FieldError, internalField, invalidField } from '@pintle/machinery';

/** `misfit` says why the expression's type is not what is wanted; that is told of before constants that have no value. */
export function expressionFault(
  cel: typeof Cel,
  compile: () => Cel.CelProgram,
  { expression, path }: { readonly expression: string; readonly path: string },
  misfit: (type: Cel.CheckedType) => string | undefined,
): FieldError | undefined {
  const unfit = (type: Cel.CheckedType): FieldError | undefined => {
    const why = misfit(type);
    return why === undefined ? undefined : invalidField(path, expression, why);
  };
  try {
    return unfit(compile().type);
  } catch (error) {
    if (error instanceof cel.CelInstantiationError) return unfit(error.type) ?? internalField(path, error.message);
    if (!(error instanceof cel.CelCompileError)) throw error;
    return invalidField(path, expression, error.message);
  }
}
