/// <reference types="@webgpu/types" />

/** How a program uses one buffer: `update` is read and written in place. */
export type BufferUse = 'read' | 'write' | 'update';

export interface BufferDeclaration {
  readonly use: BufferUse;
  /** Type of an element in WGSL. */
  readonly element: 'f32' | 'i32' | 'vec4<f32>';
}

/** A number that changes from call to call. */
export type ParameterType = 'u32' | 'f32';

/**
 * A WGSL program: buffers and numbers by name, and a function `main(lane: u32, group: u32)` that each lane of each
 * workgroup runs. Numbers are read as `p.name`; `p.groups`, the number of workgroups, is always there.
 */
export interface Program {
  /** Tells programs apart: it holds everything that the code depends on. */
  readonly key: string;
  readonly buffers: Readonly<Record<string, BufferDeclaration>>;
  readonly parameters: Readonly<Record<string, ParameterType>>;
  readonly workgroupSize: number;
  readonly code: string;
}

export const reads = (element: BufferDeclaration['element'] = 'f32'): BufferDeclaration => ({
  use: 'read',
  element,
});
export const writes = (element: BufferDeclaration['element'] = 'f32'): BufferDeclaration => ({
  use: 'write',
  element,
});
export const updates = (element: BufferDeclaration['element'] = 'f32'): BufferDeclaration => ({
  use: 'update',
  element,
});

/** Most workgroups in one direction on every device. */
const MAX_GROUPS = 65_535;
const VALUE_BYTES = 4;
/** Sizes of uniform buffers are multiples of this. */
const UNIFORM_BYTES = 16;

/** Folds a number of workgroups into two directions; some of the last may be too many. */
export function foldGroups(groups: number): [number, number] {
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / rows), rows];
}

/** The whole shader. */
export function shaderOf(program: Program): string {
  const parameters = [...Object.entries(program.parameters), ['groups', 'u32']];
  const buffers = Object.entries(program.buffers).map(([name, { use, element }], i) => {
    const access = use === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name}: array<${element}>;`;
  });
  return `
struct Parameters { ${parameters.map(([name, type]) => `${name}: ${type}`).join(', ')} }
@group(0) @binding(0) var<uniform> p: Parameters;
${buffers.join('\n')}
${program.code}
@compute @workgroup_size(${program.workgroupSize})
fn start(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) id: vec3<u32>,
  @builtin(num_workgroups) count: vec3<u32>,
) {
  let group = id.y * count.x + id.x;
  if (group < p.groups) {
    main(lane, group);
  }
}`;
}

/** The numbers of one call as the uniform buffer that {@link shaderOf} declares. */
export function packParameters(
  program: Program,
  values: Readonly<Record<string, number>>,
  groups: number,
): ArrayBuffer {
  const entries: [string, ParameterType][] = [...Object.entries(program.parameters), ['groups', 'u32']];
  const bytes = Math.ceil((entries.length * VALUE_BYTES) / UNIFORM_BYTES) * UNIFORM_BYTES;
  const view = new DataView(new ArrayBuffer(bytes));
  entries.forEach(([name, type], i) => {
    const value = name === 'groups' ? groups : values[name]!;
    if (type === 'u32') {
      view.setUint32(i * VALUE_BYTES, value, true);
    } else {
      view.setFloat32(i * VALUE_BYTES, value, true);
    }
  });
  return view.buffer;
}
