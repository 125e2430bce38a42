import { describe, expect, it } from 'vitest';
import { importsOf, packageOf } from './imports-of.ts';
import { sourceFiles, textOf } from './tracked-files.ts';

interface Layer {
  /** Other folders of `src` that it may import, as the beginning of the import. */
  readonly folders: readonly string[];
  readonly packages: readonly string[];
  /** Whether it may use Node's own modules. The page uses `protocol` and `domain`, so these may not. */
  readonly node: boolean;
}

/** The table of ARCHITECTURE.md. Its own folder a layer may always import. */
const layers: Readonly<Record<string, Layer>> = {
  lib: { folders: [], packages: [], node: true },
  domain: { folders: ['#lib/'], packages: [], node: false },
  app: { folders: ['#domain/', '#lib/'], packages: [], node: true },
  protocol: { folders: ['#domain/'], packages: ['typebox'], node: false },
  store: {
    folders: ['#app/ports/', '#domain/', '#lib/'],
    packages: [
      '@mikro-orm/core',
      '@mikro-orm/migrations',
      '@mikro-orm/postgresql',
      '@node-rs/argon2',
      'kysely',
      'pg',
      'pg-copy-streams',
    ],
    node: true,
  },
  queue: { folders: ['#app/', '#domain/', '#lib/'], packages: ['bullmq', 'ioredis', 'pg'], node: true },
  realtime: {
    folders: ['#app/', '#protocol/', '#domain/', '#lib/'],
    packages: ['socket.io', 'typebox'],
    node: true,
  },
  mail: {
    folders: ['#app/', '#domain/', '#lib/'],
    packages: ['imapflow', 'mailauth', 'nodemailer', 'smtp-server'],
    node: true,
  },
  files: {
    folders: ['#app/ports/', '#domain/', '#lib/'],
    packages: ['file-type', 'saxes', 'unpdf'],
    node: true,
  },
  server: {
    folders: ['#app/', '#protocol/', '#domain/', '#lib/'],
    packages: [
      '@fastify/cookie',
      '@fastify/helmet',
      '@fastify/multipart',
      '@fastify/static',
      '@fastify/swagger',
      '@fastify/swagger-ui',
      '@fastify/type-provider-typebox',
      'fastify',
      'pino',
      'prom-client',
      'typebox',
    ],
    node: true,
  },
  demo: { folders: ['#app/', '#domain/', '#lib/'], packages: [], node: true },
};

/** Packages of the server that the page must never carry. */
const serverPackages = new Set(Object.values(layers).flatMap((layer) => layer.packages));

const files = sourceFiles('src');
const everyFile = sourceFiles('src', 'client', 'tests', 'bench', 'chaos');

function breachesOf(path: string): readonly string[] {
  const folder = path.split('/')[1] ?? '';
  const imports = importsOf(textOf(path));
  // These wire every part; `start` holds what main.ts and cli.ts both need for that.
  if (path === 'src/main.ts' || path === 'src/cli.ts' || folder === 'start') return [];
  if (path === 'src/config.ts' || path === 'src/mail-config.ts') {
    return imports.filter((from) => !/^(?:node:|#lib\/|\.\/mail-config\.ts$)/u.test(from));
  }
  const layer = layers[folder];
  if (layer === undefined) return ['(a folder or file that the table of layers does not know)'];
  return imports.filter((from) => {
    if (from.startsWith('./') || from.startsWith(`#${folder}/`)) return false;
    if (from.startsWith('#')) return !layer.folders.some((allowed) => from.startsWith(allowed));
    if (from.startsWith('node:')) return !layer.node;
    return !layer.packages.includes(packageOf(from));
  });
}

/** Lines of code that match, as `file: line`; comments are skipped. */
function linesWith(pattern: RegExp, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .filter((line) => !/^\s*(?:\*|\/[/*])/u.test(line) && pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
}

describe('layers', () => {
  it('sees the sources and their imports', () => {
    expect(files.length).toBeGreaterThanOrEqual(30);
    expect(files.flatMap((path) => importsOf(textOf(path))).length).toBeGreaterThanOrEqual(30);
  });

  it('import only what the table allows', () => {
    expect(files.flatMap((path) => breachesOf(path).map((from) => `${path} imports ${from}`))).toEqual([]);
  });

  it('are not reached around: nothing imports ../', () => {
    const breaches = everyFile.flatMap((path) =>
      importsOf(textOf(path))
        .filter((from) => from.startsWith('..') || from.includes('/../'))
        .map((from) => `${path} imports ${from}`),
    );
    expect(breaches).toEqual([]);
  });

  it('give the page nothing of the server but the protocol', () => {
    const breaches = sourceFiles('client').flatMap((path) =>
      importsOf(textOf(path))
        .filter((from) =>
          from.startsWith('#')
            ? !from.startsWith('#protocol/') && !from.startsWith('#client/')
            : serverPackages.has(packageOf(from)) ||
              (from.startsWith('node:') && !path.endsWith('.config.ts')),
        )
        .map((from) => `${path} imports ${from}`),
    );
    expect(breaches).toEqual([]);
  });
});

describe('modules', () => {
  it('export by name, one by one', () => {
    const own = everyFile.filter((path) => !path.endsWith('.config.ts'));
    expect(linesWith(/^\s*export\s+default\b|\bas\s+default\b/u, own)).toEqual([]);
    expect(linesWith(/^\s*export\s+\*/u, own)).toEqual([]);
    expect(everyFile.filter((path) => /(?:^|\/)index\.tsx?$/u.test(path))).toEqual([]);
  });

  it('hold no enum and no namespace', () => {
    expect(linesWith(/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/u, everyFile)).toEqual([]);
    expect(linesWith(/^\s*(?:export\s+)?(?:namespace|module)\s+\w+\s*\{/u, everyFile)).toEqual([]);
  });
});

describe('importsOf', () => {
  it('reads every way to import', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '#domain/b.ts';",
      "import 'side';",
      'import {\n  c,\n  d,\n} from "c";',
      "export { e } from './e.ts';",
      "const f = await import('f/deep');",
      "const word = 'imported from elsewhere';",
    ].join('\n');
    expect(importsOf(text)).toEqual(['./a.ts', '#domain/b.ts', 'side', 'c', './e.ts', 'f/deep']);
  });
});
