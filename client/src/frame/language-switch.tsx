import { speak, useWords, type Language } from '#client/words/language.ts';

const languages: readonly { readonly id: Language; readonly short: string; readonly name: string }[] = [
  { id: 'vi', short: 'VI', name: 'VI – Tiếng Việt' },
  { id: 'en', short: 'EN', name: 'EN – English' },
];

export function LanguageSwitch() {
  const { t, language } = useWords();
  return (
    <span className="languages" role="group" aria-label={t('app.language')}>
      {languages.map(({ id, short, name }) => (
        <button
          key={id}
          type="button"
          lang={id}
          className="language"
          aria-pressed={language === id}
          aria-label={name}
          onClick={() => void speak(id)}
        >
          {short}
        </button>
      ))}
    </span>
  );
}
