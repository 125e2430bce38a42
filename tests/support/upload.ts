import type { AttachmentView } from '#protocol/attachment-view.ts';
import type { HttpAnswer, HubClient } from './hub-client.ts';
import type { TestHub } from './start-test-hub.ts';

/** Uploads a file as raw octets. */
export async function uploadTo(
  hub: Pick<TestHub, 'url'>,
  client: Pick<HubClient, 'token'>,
  name: string,
  bytes: Buffer,
  headers: Record<string, string> = {},
): Promise<HttpAnswer<AttachmentView & { readonly code?: string }>> {
  const response = await fetch(`${hub.url}/api/v1/attachments?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${client.token}`,
      'content-type': 'application/octet-stream',
      ...headers,
    },
    body: new Uint8Array(bytes),
  });
  const body = (await response.json()) as AttachmentView & { code?: string };
  return { status: response.status, body, headers: response.headers };
}

export async function contentOf(
  hub: Pick<TestHub, 'url'>,
  client: Pick<HubClient, 'token'>,
  id: string,
  input: { readonly query?: string; readonly headers?: Record<string, string> } = {},
): Promise<{ readonly status: number; readonly bytes: Buffer; readonly headers: Headers }> {
  const response = await fetch(`${hub.url}/api/v1/attachments/${id}/content${input.query ?? ''}`, {
    headers: { authorization: `Bearer ${client.token}`, ...input.headers },
  });
  return {
    status: response.status,
    bytes: Buffer.from(await response.arrayBuffer()),
    headers: response.headers,
  };
}
