import type { FastifyInstance } from 'fastify';
import { acknowledgeOutside, readOutside } from '#app/directive/acknowledge-outside.ts';
import type { OutsidePorts } from '#app/directive/send-outside.ts';
import type { OutsideStanding } from '#app/ports/outside-recipients.ts';
import { HubError, type ErrorCode } from '#domain/hub-error.ts';
import { errorMessage } from '#protocol/error-message.ts';
import { escapeXml } from '#lib/escape-xml.ts';

const tokenPath = '/outside/:token';
const provinceTime = new Intl.DateTimeFormat('vi', {
  timeZone: 'Asia/Ho_Chi_Minh',
  dateStyle: 'short',
  timeStyle: 'short',
});

/**
 * The page behind the link in a mail to somebody outside. Looking at it changes nothing, because programs that check
 * mail look at every link; the button posts. Whoever holds the token needs no session, and sees the number and the
 * subject, no more than is in the mail.
 */
export async function outsidePage(app: FastifyInstance, ports: OutsidePorts): Promise<void> {
  // A form of HTML sends its own type; there is nothing in it.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, _body, done) => done(null, undefined),
  );
  app.addHook('onSend', async (_request, reply) => {
    // With no-referrer a browser would post the form with the Origin null, which every door refuses.
    void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
  });
  for (const method of ['GET', 'POST'] as const)
    app.route<{ Params: { token: string } }>({
      method,
      url: tokenPath,
      config: { open: true },
      schema: { hide: true },
      async handler(request, reply) {
        const { token } = request.params;
        void reply.type('text/html; charset=utf-8');
        try {
          const standing =
            method === 'GET' ? await readOutside(ports, token) : await acknowledgeOutside(ports, token);
          return await reply.send(pageOf(standing, token));
        } catch (error) {
          if (!(error instanceof HubError)) throw error;
          return reply.code(error.code === 'not_found' ? 404 : 409).send(refusalPage(error.code));
        }
      },
    });
}

function pageOf(standing: OutsideStanding, token: string): string {
  const { code, subject, issuer, address, acknowledgedAt } = standing;
  const facts =
    `<h1>Ý kiến chỉ đạo ${escapeXml(code)}</h1><p>${escapeXml(subject)}</p>` +
    `<p>Người chỉ đạo (issued by): ${escapeXml(issuer)}<br>Nơi nhận (recipient): ${escapeXml(address)}</p>`;
  if (acknowledgedAt !== undefined)
    return html(
      `${facts}<p><strong>Đã xác nhận lúc ${escapeXml(provinceTime.format(acknowledgedAt))}.</strong> Acknowledged.</p>`,
    );
  if (standing.state !== 'issued') return html(`${facts}<p>${words('directive_already_closed')}</p>`);
  return html(
    `${facts}<form method="post" action="/outside/${escapeXml(token)}">` +
      '<button type="submit">Xác nhận đã nhận (Acknowledge)</button></form>',
  );
}

function refusalPage(code: ErrorCode): string {
  return html(`<h1>Không xác nhận được</h1><p>${words(code)}</p>`);
}

function words(code: ErrorCode): string {
  return `${escapeXml(errorMessage(code, 'vi'))} ${escapeXml(errorMessage(code, 'en'))}`;
}

function html(body: string): string {
  return (
    '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<meta name="robots" content="noindex"><title>Xác nhận chỉ đạo</title></head><body><main>${body}</main></body></html>`
  );
}
