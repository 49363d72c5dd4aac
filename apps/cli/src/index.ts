export { run } from './run';
export { createProgram } from './program';
