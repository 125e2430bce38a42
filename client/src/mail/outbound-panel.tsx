import { CloseButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ReadOutboundView } from '#protocol/outbound-view.ts';
import { useEscape } from '#client/frame/use-escape.ts';
import { useMe } from '#client/frame/use-live.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { dayAndTime, octetSize } from '#client/words/time-phrase.ts';
import { OutboundAnswer, OutboundStateWord } from './outbound-row.tsx';
import { useOutboundMessage } from './use-outbound.ts';

/** A message as text beside the list; on a narrow screen in its place. */
export function OutboundPanel({ id, tab }: { id: number; tab: 'waiting' | undefined }) {
  const { t } = useWords();
  const why = useRefusalWords();
  const navigate = useNavigate();
  const { data, error } = useOutboundMessage(id);
  const close = () => {
    void navigate({
      to: '/mail/outbound',
      search: tab === undefined ? {} : { tab },
    }).then(() => document.querySelector<HTMLElement>(`[data-read="${id}"]`)?.focus({ preventScroll: true }));
  };
  useEscape(close);
  const label =
    data === undefined ? t('outbound.text') : t('outbound.panel', { recipient: data.delivery.recipient });
  return (
    <section className="panel outbound-panel" data-testid="outbound-panel" aria-label={label} tabIndex={0}>
      <header className="panel-head">
        {data !== undefined && <PanelState message={data} />}
        <span className="panel-acts">
          {data !== undefined && (
            <a
              className="link-button"
              data-testid="outbound-download"
              href={`/api/v1/outbound/${id}/message`}
              download
            >
              {t('outbound.download')}
            </a>
          )}
          <CloseButton aria-label={t('app.close')} onClick={close} />
        </span>
      </header>
      {data === undefined && error === null && <p>{t('app.loading')}</p>}
      {error !== null && (
        <p role="alert" className="fault">
          {t('outbound.unreadable', {
            reason: why(error instanceof Refusal ? error : new Refusal('internal')),
          })}
        </p>
      )}
      {data !== undefined && <Message message={data} />}
    </section>
  );
}

function PanelState({ message }: { message: ReadOutboundView }) {
  const { rehearsal } = useMe();
  return <OutboundStateWord row={message.delivery} rehearsal={rehearsal} />;
}

function Message({ message }: { message: ReadOutboundView }) {
  const { t, language } = useWords();
  const { delivery, attachments, headers } = message;
  return (
    <>
      <h2 className="panel-subject">{delivery.subject ?? t('outbound.noSubject')}</h2>
      <dl className="facts">
        <Fact name={t('outbound.from')}>{delivery.sender}</Fact>
        <Fact name={t('outbound.to')}>{delivery.recipient}</Fact>
        <Fact name={t('outbound.at')}>{dayAndTime(new Date(delivery.settledAt ?? delivery.queuedAt))}</Fact>
        <Fact name={t('outbound.size')}>{octetSize(delivery.bytes, language)}</Fact>
        <Fact name={t('outbound.answer')}>
          <OutboundAnswer row={delivery} />
        </Fact>
        {attachments.length > 0 && (
          <Fact name={t('outbound.attachments')}>
            <ul className="assignments">
              {attachments.map(({ name, type, bytes }, index) => (
                <li key={index}>
                  {t('outbound.attachment', {
                    name: name ?? t('outbound.unnamed'),
                    type,
                    size: octetSize(bytes, language),
                  })}
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      <h3 className="hidden-words">{t('outbound.text')}</h3>
      <TextNote message={message} />
      {/* Text only: nothing of a message is ever markup of this page. */}
      <div className="panel-text" data-testid="outbound-text" dir="auto">
        {message.text}
      </div>
      {message.cut && <p className="mail-note">{t('outbound.cut')}</p>}
      <details className="outbound-headers">
        <summary>{t('outbound.headers', { count: headers.length })}</summary>
        <dl>
          {headers.map(({ name, value }, index) => (
            <div key={index}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

function TextNote({ message: { textFrom } }: { message: ReadOutboundView }) {
  const { t } = useWords();
  switch (textFrom) {
    case 'plain':
      return undefined;
    case 'html':
      return <p className="mail-note">{t('outbound.textHtml')}</p>;
    case 'source':
      return <p className="mail-note">{t('outbound.textSource')}</p>;
    case 'none':
      return <p className="mail-note">{t('outbound.textNone')}</p>;
  }
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
