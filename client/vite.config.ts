import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `#protocol/` and `#domain/` are resolved from the imports of package.json, as the server resolves them. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: { alias: { '#client': fileURLToPath(new URL('src', import.meta.url)) } },
  build: {
    // Chromium 109 is the last for Windows 7, which communes still use.
    target: ['chrome109', 'firefox115', 'safari16.4'],
    outDir: 'dist',
    emptyOutDir: true,
    // A data: URL for a script or a font would be refused by the content security policy.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': { target: 'http://127.0.0.1:8080' },
      '/socket.io': { target: 'http://127.0.0.1:8080', ws: true },
    },
  },
});
