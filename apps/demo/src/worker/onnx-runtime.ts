/** The classes that run exported models, and what they should run on here. */
export type OnnxRuntime = typeof import('@restok/onnx/browser') & { readonly providers: readonly string[] };

/** Reads ONNX Runtime, which nothing else of the page needs; its WebAssembly comes with the first graph. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  const [classes, { env }, { default: wasm }] = await Promise.all([
    import('@restok/onnx/browser'),
    import('onnxruntime-web/wasm'),
    import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
  ]);
  env.wasm.wasmPaths = { wasm: new URL(wasm, self.location.href).href };
  // More need headers that a host of static files may not send.
  env.wasm.numThreads = 1;
  return { ...classes, providers: ['wasm'] };
}
