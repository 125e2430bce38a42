import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept beside the packages it comes from, where whoever installed them can write and nobody else can
// put something in its place. It takes a second off every later start; without the right to write it does nothing.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/chidao', import.meta.url)));
const { runHub } = await import('./start/run-hub.ts');
await runHub();
