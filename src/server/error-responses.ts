import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HubError, type ErrorCode } from '#domain/hub-error.ts';
import { errorMessage } from '#protocol/error-message.ts';

/** The HTTP status of every refusal; the compiler names a code that has none. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  address_taken: 409,
  archive_beyond_limits: 422,
  assignment_wrong_state: 409,
  attachment_unknown: 422,
  bad_input: 400,
  deadline_after_parent: 422,
  deadline_in_past: 422,
  delegation_over: 409,
  directive_already_closed: 409,
  document_wrong_state: 409,
  draft_wrong_state: 409,
  duplicate_document: 409,
  edit_conflict: 412,
  extension_limit_reached: 409,
  extension_undecided: 409,
  file_infected: 422,
  file_type_mismatch: 422,
  file_type_refused: 422,
  idempotency_key_reused: 409,
  lead_missing: 422,
  line_break_in_field: 400,
  mailbox_exists: 409,
  mailbox_has_children: 409,
  mailbox_name_bad: 400,
  mailbox_protected: 409,
  mailbox_unknown: 404,
  mention_not_reader: 422,
  message_too_large: 413,
  name_taken: 409,
  no_recipient: 422,
  not_found: 404,
  not_permitted: 403,
  not_signed_in: 401,
  origin_refused: 403,
  over_quota: 507,
  recipient_unknown: 422,
  secret_content: 422,
  sender_not_owned: 403,
  session_ended: 401,
  text_too_long: 422,
  time_limit_passed: 409,
  too_many_attachments: 422,
  too_many_attempts: 429,
  too_many_kept: 409,
  too_many_recipients: 422,
  two_leads: 422,
  unavailable: 503,
  unsupported_media_type: 415,
  wrong_credentials: 401,
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly requestId: string;
}

/** Problem details (RFC 9457). */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: ErrorCode | 'internal',
  field?: string,
): FastifyReply {
  const locale = request.headers['accept-language']?.startsWith('en') === true ? 'en' : 'vi';
  const problem = problemOf(status, code, locale, request.id, field);
  return reply.code(status).type('application/problem+json').send(problem);
}

function problemOf(
  status: number,
  code: ErrorCode | 'internal',
  locale: 'vi' | 'en',
  requestId: string,
  field?: string,
): Problem {
  return {
    type: `urn:chidao:error:${code}`,
    title: code,
    status,
    code,
    detail: errorMessage(code, locale),
    ...(field === undefined ? {} : { field }),
    requestId,
  };
}

/** A refusal is answered with its code; what the framework refuses is bad input; anything else is a fault. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof HubError) {
    if (error.retryAfterMs !== undefined)
      void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
    return sendProblem(request, reply, statusOf[error.code], error.code, error.field);
  }
  const { statusCode, validation } = error as FastifyError;
  if (validation !== undefined) return sendProblem(request, reply, 400, 'bad_input', fieldOf(validation[0]));
  if (statusCode === 413) return sendProblem(request, reply, 413, 'message_too_large');
  if (statusCode === 415) return sendProblem(request, reply, 415, 'unsupported_media_type');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return sendProblem(request, reply, statusCode, statusCode === 404 ? 'not_found' : 'bad_input');
  request.log.error({ err: error }, 'request failed');
  return sendProblem(request, reply, 500, 'internal');
}

function fieldOf(fault: NonNullable<FastifyError['validation']>[number] | undefined): string | undefined {
  const named = fault?.params['missingProperty'] ?? fault?.params['additionalProperty'];
  const path = fault?.instancePath.replaceAll('/', '.').slice(1);
  const field = [path, typeof named === 'string' ? named : undefined]
    .filter((part) => part !== undefined && part !== '')
    .join('.');
  return field === '' ? undefined : field;
}

/**
 * What Node could not read as a request, or not in time, is refused before any route, in the same shape. The connection
 * ends: whatever follows on it may be another's idea of where the request stopped (threats H17).
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const body = JSON.stringify(problemOf(status, 'bad_input', 'vi', randomUUID()));
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy());
}
