import { createInstance } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { vi } from './vi.ts';

export type Language = 'vi' | 'en';

declare module 'i18next' {
  interface CustomTypeOptions {
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: typeof vi };
  }
}

const storageName = 'chidao.language';
const texts = createInstance();

/** Vietnamese is in the first load; English comes when it is asked for. */
export async function startLanguage(): Promise<void> {
  await texts.use(initReactI18next).init({
    lng: 'vi',
    fallbackLng: 'vi',
    keySeparator: false,
    nsSeparator: false,
    resources: { vi: { translation: vi } },
    interpolation: { escapeValue: false },
  });
  if (localStorage.getItem(storageName) === 'en') await speak('en');
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(storageName, language);
  if (language === 'en' && !texts.hasResourceBundle('en', 'translation')) {
    const { en } = await import('./en.ts');
    texts.addResourceBundle('en', 'translation', en);
  }
  await texts.changeLanguage(language);
  document.documentElement.lang = language;
}

/** The texts in the language of the page, checked by key, and the language itself for numbers and weekdays. */
export function useWords() {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'en' ? 'en' : 'vi';
  return { t, language };
}
