import { IconChevronRight, IconChevronsRight, IconTriangleFilled } from '@tabler/icons-react';
import type { DirectiveView } from '#protocol/view.ts';
import { useWords } from '#client/words/language.ts';

/** The mark at the start of a row: a word, a sign and a shape, colour last. Normal urgency bears none. */
export function UrgencyTag({ urgency }: { urgency: DirectiveView['urgency'] }) {
  const { t } = useWords();
  switch (urgency) {
    case 'normal':
      return null;
    case 'hoa_toc':
      return (
        <span className="tag tag-hoa-toc">
          <IconTriangleFilled size={12} aria-hidden /> {t('urgency.hoa_toc')}
        </span>
      );
    case 'thuong_khan':
      return (
        <span className="tag tag-thuong-khan">
          <IconChevronsRight size={14} aria-hidden /> {t('urgency.thuong_khan')}
        </span>
      );
    case 'khan':
      return (
        <span className="tag tag-khan">
          <IconChevronRight size={14} aria-hidden /> {t('urgency.khan')}
        </span>
      );
  }
}
