import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { siteModels } from './build/site-models';

const models = process.env.RESTOK_DEMO_MODELS ?? fileURLToPath(new URL('../../models', import.meta.url));

export default defineConfig({
  // The site works under any path.
  base: './',
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  worker: { format: 'es' },
  // Of the builds with WebGPU the smaller one; the page asks for it only where the browser has what it needs.
  resolve: { alias: { 'onnxruntime-web/webgpu': 'onnxruntime-web/jspi' } },
  plugins: [
    siteModels(models),
    VitePWA({
      injectRegister: false,
      registerType: 'autoUpdate',
      manifest: {
        name: 'ResTok',
        short_name: 'ResTok',
        description: 'A picture in 64 tokens.',
        display: 'standalone',
        start_url: './',
        scope: './',
        background_color: '#ffffff',
        theme_color: '#ffffff',
        icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' }],
      },
      workbox: {
        globPatterns: ['**/*.{html,js,css,svg,json,wasm}', 'models/*/samples/*.png'],
        // The models themselves are kept by the page, which shows how far a download is.
        globIgnores: ['models/*/{tokenizer,generator}/**', '**/*threaded*.wasm', '**/ort[.-]*.js'],
        maximumFileSizeToCacheInBytes: 8e6,
        navigateFallback: 'index.html',
        cleanupOutdatedCaches: true,
        // ONNX Runtime is large and few ask for it: kept from the first use on.
        runtimeCaching: [
          {
            urlPattern: /\/assets\/ort[.-][^/]+\.(js|wasm)$/,
            handler: 'CacheFirst',
            options: { cacheName: 'onnx-runtime', expiration: { maxEntries: 4 } },
          },
        ],
      },
    }),
  ],
});
