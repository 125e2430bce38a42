export const unknownId = '00000000-0000-4000-8000-000000000000';

export const everybody = ['nobody', 'outsider', 'clerk', 'administrator', 'recipient', 'leader'] as const;
export type AccessRole = (typeof everybody)[number];

type Expected = Readonly<Record<AccessRole, number>>;

export const all = (status: number): Expected => ({
  nobody: 401,
  outsider: status,
  clerk: status,
  administrator: status,
  recipient: status,
  leader: status,
});
export const open = (status: number): Expected => ({ ...all(status), nobody: status });
/** `status` for the administrator, `others` for whoever else signed in. */
export const administratorOnly = (status: number, others = 403): Expected => ({
  ...all(others),
  administrator: status,
});
export const concealed = { nobody: 401, outsider: 404, clerk: 404, administrator: 404 } as const;

/** One way to ask a route, and what each role gets. */
export interface AccessCase {
  readonly path: (ids: AccessIds) => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: (ids: AccessIds) => unknown;
  readonly expected: Expected;
}

export type AccessCases = Readonly<Record<string, readonly AccessCase[]>>;

export interface AccessIds {
  readonly directive: string;
  readonly assignment: string;
  readonly person: string;
  /** A file that the leader has uploaded and attached to nothing. */
  readonly attachment: string;
  /** A delivery to another domain that the leader sent. */
  readonly outbound: number;
}
