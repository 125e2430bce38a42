import type { FastifyInstance } from 'fastify';
import { HubError } from '#domain/hub-error.ts';
import { isWellFormed } from '#protocol/well-formed.ts';
import { httpLimits } from './http-limits.ts';

/** How deep brackets nest, outside strings; stops counting past `max`. */
export function jsonDepth(text: string, max: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 0x5c) index += 1;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x7b || character === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest > max) return deepest;
    } else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
  return deepest;
}

const jsonType = /^application\/json(; ?charset=utf-8)?$/i;

/**
 * JSON and nothing else, of exactly this type: a type that two parsers read differently has let bodies past their
 * schema before (threats H13). Nesting is bounded and prototype keys are refused (H14).
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (!jsonType.test(request.headers['content-type'] ?? '')) {
      done(Object.assign(new Error('unsupported media type'), { statusCode: 415 }));
      return;
    }
    if (jsonDepth(body, httpLimits.jsonDepthMax) > httpLimits.jsonDepthMax) {
      done(new HubError('bad_input'));
      return;
    }
    // A request that needs no body may carry none.
    if (body === '') done(null, undefined);
    else
      void parse(request, body, (error, value: unknown) => {
        if (error === null && !isWellFormed(value)) done(new HubError('bad_input'));
        else done(error, value);
      });
  });
}
