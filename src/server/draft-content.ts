import { Type } from 'typebox';
import type { DraftContent } from '#domain/directive/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import { contentOf } from '#protocol/draft.ts';
import { idempotencyHeaders } from './route-app.ts';

export const versionView = Type.Object({ id: Type.String(), version: Type.Integer() });

export const matchHeaders = Type.Object({
  ...idempotencyHeaders.properties,
  'if-match': Type.String({ pattern: '^"?[0-9]{1,9}"?$', description: 'The version that was changed.' }),
});

export function versionOf(match: string): number {
  return Number(match.replaceAll('"', ''));
}

/** The secrecy level is a question of the door: whatever is kept has none. */
export function ownContent(request: Parameters<typeof contentOf>[0]): DraftContent {
  if (request.secrecy !== undefined && request.secrecy !== 'none')
    throw new HubError('secret_content', { field: 'secrecy' });
  return contentOf(request);
}
