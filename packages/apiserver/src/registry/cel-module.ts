/** The package of CEL, which is loaded when the first expression is met, and handed on from there. */
import type * as Cel from '@pintle/cel';

export type CelModule = typeof Cel;
