import { Link } from '@tanstack/react-router';
import { useWords } from '#client/words/language.ts';

export function NotFound() {
  const { t } = useWords();
  return (
    <div className="page">
      <h1>{t('app.notFound')}</h1>
      <p>{t('app.notFoundNote')}</p>
      <Link to="/" className="link-button">
        {t('place.work')}
      </Link>
    </div>
  );
}
