import { createHash } from 'node:crypto';

/** What has weights under published names. */
interface Weighted {
  namedParameters(): Iterable<readonly [string, { published(): Promise<Float32Array> }]>;
}

/** SHA-256 of the names and values of all parameters: tells whether something was made by the same model. */
export async function weightsDigest(model: Weighted): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, parameter] of model.namedParameters()) {
    const values = await parameter.published();
    hash.update(`${name}\n`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
