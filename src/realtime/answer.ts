import { HubError } from '#domain/hub-error.ts';
import type { Answer } from '#protocol/change.ts';
import { errorMessage } from '#protocol/error-message.ts';

/** A refusal or a fault as a socket's answer. A fault is logged whole and shown as its id only. */
export function refusalAnswer(
  error: unknown,
  locale: 'vi' | 'en',
  logFault: (error: unknown) => string,
): Answer<never> {
  if (error instanceof HubError)
    return {
      ok: false,
      error: {
        code: error.code,
        message: errorMessage(error.code, locale),
        ...(error.field === undefined ? {} : { field: error.field }),
      },
    };
  return {
    ok: false,
    error: { code: 'internal', message: `${errorMessage('internal', locale)} (${logFault(error)})` },
  };
}
