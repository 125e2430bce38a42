import { describe, expect, it } from 'vitest';
import type { EventType } from '#domain/event.ts';
import { errorCodes } from '#domain/hub-error.ts';
import { errorMessage } from '#protocol/error-message.ts';
import { configVariables, type ConfigVariable } from '#root/config.ts';
import { statusOf } from '#server/error-responses.ts';
import { tableRows } from './table-rows.ts';
import { sourceFiles, textOf, trackedFiles } from './tracked-files.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(textOf('package.json')) as Manifest;
const variables: readonly ConfigVariable[] = configVariables;

/** Complete by its type: an event without an entry, or an entry without an event, does not compile. */
const eventTypes: Readonly<Record<EventType, true>> = {
  'absence.due': true,
  'reply.received': true,
  'outside.replied': true,
  'outside.acknowledged': true,
  'administration.changed': true,
  'assignment.accepted': true,
  'assignment.acknowledged': true,
  'assignment.arrived': true,
  'assignment.cancelled': true,
  'assignment.confirmed': true,
  'assignment.delegated': true,
  'assignment.endorsed': true,
  'assignment.evaluated': true,
  'assignment.insisted': true,
  'assignment.opened': true,
  'comment.added': true,
  'comment.deleted': true,
  'comment.edited': true,
  'content.read': true,
  'directive.issued': true,
  'directive.recalled': true,
  'discussion.read': true,
  'assignment.reassigned': true,
  'assignment.rejected': true,
  'assignment.reminded': true,
  'assignment.reopened': true,
  'assignment.reported': true,
  'assignment.returned': true,
  'assignment.submitted': true,
  'directive.superseded': true,
  'extension.approved': true,
  'extension.denied': true,
  'extension.requested': true,
  'extension.withdrawn': true,
  'document.arrived': true,
  'document.changed': true,
  'document.status_changed': true,
  'mail.decided': true,
  'mail.delivered': true,
  'mail.held': true,
  'mail.queued': true,
  'mailbox.changed': true,
  'membership.changed': true,
  'organisation.imported': true,
  'outbound.settled': true,
  'sending.limited': true,
  'session.ended': true,
};

/** First cells of the tables of a page that are code: `name`. */
function codesIn(path: string): readonly string[] {
  return tableRows(textOf(path)).flatMap(([first = '']) => /^`([^`]+)`$/u.exec(first)?.[1] ?? []);
}

describe('docs/errors.md', () => {
  const codes = [...errorCodes, 'internal' as const].toSorted();

  it('lists exactly the codes of refusals, and the fault', () => {
    expect(codesIn('docs/errors.md')).toEqual(codes);
  });

  it('says the status and quotes what people read', () => {
    const quoted = tableRows(textOf('docs/errors.md')).filter(([first = '']) => first.startsWith('`'));
    expect(quoted.map(([, status, , ...texts]) => [status, ...texts])).toEqual(
      codes.map((code) => [
        String(code === 'internal' ? 500 : statusOf[code]),
        errorMessage(code, 'en'),
        errorMessage(code, 'vi'),
      ]),
    );
  });
});

describe('docs/events.md', () => {
  it('lists exactly the events', () => {
    expect(codesIn('docs/events.md').toSorted()).toEqual(Object.keys(eventTypes).toSorted());
  });
});

describe('docs/configuration.md', () => {
  it('says of every variable what the code says', () => {
    const rows = variables.map(({ name, default: value, description }) => [
      `\`${name}\``,
      value === undefined ? '' : `\`${value}\``,
      description,
    ]);
    expect(
      tableRows(textOf('docs/configuration.md')).filter(([first = '']) => first.startsWith('`')),
    ).toEqual(rows);
  });
});

describe('docs/limits.md', () => {
  it('names every limit in the code', () => {
    const named = new Set(codesIn('docs/limits.md'));
    const limits = sourceFiles('src').flatMap((path) => {
      const text = textOf(path);
      const constants = text.matchAll(/^export const (\w+(?:Max|Ms|Bytes|Seconds|Min)) = [\d_* ]+;/gmu);
      const fields = path.endsWith('-limits.ts') ? text.matchAll(/^ {2}(\w+): [\d_* ]+,$/gmu) : [];
      return [...constants, ...fields].flatMap((match) => match[1] ?? []);
    });
    expect(limits.length).toBeGreaterThan(20);
    expect(limits.filter((name) => !named.has(name))).toEqual([]);
  });
});

describe('.env.example', () => {
  it('offers every variable with its default, and beyond them only those of docker-compose.yml', () => {
    const lines = [...textOf('.env.example').matchAll(/^#(\w+)=(.*)$/gmu)].map(([, name, value]) => [
      name,
      value,
    ]);
    const ours = variables.map((variable) => [variable.name, variable.default ?? '']);
    expect(lines.slice(0, ours.length)).toEqual(ours);
    const compose = textOf('docker-compose.yml');
    expect(lines.slice(ours.length).filter(([name = '']) => !compose.includes(`\${${name}:`))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  const hub = /^ {2}hub:\n((?: {4}.*\n|\n)+)/mu.exec(textOf('docker-compose.yml'))?.[1] ?? '';

  it('gives the hub only variables that it reads, and its own database and queue', () => {
    const block = /^ {4}environment:\n((?: {6}.*\n)+)/mu.exec(hub)?.[1] ?? '';
    const names = [...block.matchAll(/^ {6}(\w+):/gmu)].map((match) => match[1]);
    const known = new Set<string | undefined>(variables.map(({ name }) => name));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'HUB_BIND', 'HUB_DATA']));
  });

  it('publishes every door at its default port', () => {
    const published = [...hub.matchAll(/^ {6}- '\$\{PUBLISH_ADDRESS:-127\.0\.0\.1\}:(\d+):(\d+)'$/gmu)];
    const ports = variables
      // HUB_OUTBOUND_PORT is a port that the hub calls, not a door of its own.
      .filter(({ name }) => name.endsWith('_PORT') && !name.startsWith('HUB_'))
      .map((variable) => variable.default);
    expect(published.map((match) => match[1])).toEqual(ports);
    expect(published.map((match) => match[2])).toEqual(ports);
    const exposed = /^EXPOSE (.+)$/mu.exec(textOf('Dockerfile'))?.[1]?.split(' ');
    expect(exposed).toEqual(ports);
  });

  it('commits no password', () => {
    const passwords = textOf('docker-compose.yml').match(/^.*PASSWORD: .*$/gmu) ?? [];
    expect(passwords.length).toBeGreaterThan(2);
    expect(passwords.filter((line) => !/PASSWORD: \$\{\w+:(?:\?.+|-)\}$/u.test(line))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  it('runs the Node that the project pins', () => {
    const images = [...textOf('Dockerfile').matchAll(/^FROM node:([\d.]+)-/gmu)].map((match) => match[1]);
    expect(images).toEqual([manifest.dependencies['node'], manifest.dependencies['node']]);
  });
});

describe('the pages', () => {
  const pages = trackedFiles().filter((path) => path.endsWith('.md'));

  it('are all there', () => {
    const owed = ['README', 'ARCHITECTURE', 'CONTRIBUTING', 'SECURITY', 'CHANGELOG'].map(
      (name) => `${name}.md`,
    );
    expect(owed.filter((path) => !pages.includes(path))).toEqual([]);
  });

  it.each(pages)('%s names only commands that exist', (path) => {
    const named = [...textOf(path).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/gu)].map(
      (match) => match[1] ?? match[2],
    );
    expect(named.filter((name) => name !== undefined && !(name in manifest.scripts))).toEqual([]);
  });

  it.each(pages)('%s links only to files that exist', (path) => {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const links = [...textOf(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/gu)].map(
      (match) => match[1] ?? '',
    );
    const targets = links.map((link) => new URL(link, `file:///${folder}`).pathname.slice(1));
    const there = trackedFiles();
    const isThere = (target: string) =>
      there.some((file) => file === target || file.startsWith(`${target.replace(/\/$/u, '')}/`));
    expect(targets.filter((target) => !isThere(target))).toEqual([]);
  });
});
