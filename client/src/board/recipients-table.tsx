import { IconCircleCheck } from '@tabler/icons-react';
import { useRef } from 'react';
import type { BoardRow } from '#protocol/view.ts';
import { useNow } from '#client/frame/use-now.ts';
import { useWords } from '#client/words/language.ts';
import { dayAndTime, shortMoment } from '#client/words/time-phrase.ts';
import { useSettledRows } from './use-board.ts';

/** Every recipient with the four times; who has not acknowledged comes first. */
export function RecipientsTable({ rows }: { rows: readonly BoardRow[] }) {
  const { t } = useWords();
  const table = useRef<HTMLTableElement>(null);
  const settled = useSettledRows(rows, () => table.current?.matches(':hover, :focus-within') ?? false);
  return (
    <table className="recipients" ref={table} data-testid="board-recipients">
      <caption className="hidden-words">{t('board.table')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('board.person')}</th>
          <th scope="col">{t('board.unit')}</th>
          <th scope="col">{t('board.delivered')}</th>
          <th scope="col">{t('board.arrived')}</th>
          <th scope="col">{t('board.opened')}</th>
          <th scope="col">{t('board.acknowledged')}</th>
        </tr>
      </thead>
      <tbody>
        {settled.map((row) => (
          <RecipientRow key={row.accountId} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function RecipientRow({ row }: { row: BoardRow }) {
  const { t } = useWords();
  return (
    <tr data-account={row.accountId} data-acknowledged={row.acknowledgedAt !== undefined || undefined}>
      <th scope="row">
        {row.name}
        <span className="recipient-address">{row.address}</span>
      </th>
      <td className="recipient-unit">{row.unit}</td>
      <TimeCell label={t('board.delivered')} time={row.deliveredAt} />
      <TimeCell label={t('board.arrived')} time={row.arrivedAt} />
      <TimeCell label={t('board.opened')} time={row.openedAt} />
      <TimeCell label={t('board.acknowledged')} time={row.acknowledgedAt} done />
    </tr>
  );
}

function TimeCell({ label, time, done }: { label: string; time: string | undefined; done?: boolean }) {
  const now = useNow();
  const moment = time === undefined ? undefined : new Date(time);
  return (
    <td
      className="recipient-time"
      data-label={label}
      title={moment === undefined ? undefined : dayAndTime(moment)}
    >
      {moment === undefined ? (
        <span className="not-yet">–</span>
      ) : done === true ? (
        <span className="time time-done">
          <IconCircleCheck size={16} stroke={1.75} aria-hidden />
          {shortMoment(moment, now)}
        </span>
      ) : (
        shortMoment(moment, now)
      )}
    </td>
  );
}
