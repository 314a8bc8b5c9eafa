/** Test anything that speaks Kubernetes, in milliseconds and without a cluster. */
export * from './builders.js';
export * from './check/check-controller.js';
export * from './check/controller-check.js';
export type { EventFault, Fault, Schedule, WriteFault } from './check/schedule.js';
export * from './faulty-cluster.js';
export * from './plan/plan.js';
export { parseScenario, type ScenarioStep, ScenarioSyntaxError } from './scenario/parse-scenario.js';
export * from './scenario/run-scenario.js';
export { ScenarioCommandError } from './scenario/scenario-commands.js';
export * from './test-cluster.js';
