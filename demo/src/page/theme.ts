import { find } from './dom.ts';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const words: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
};
const storageKey = 'trainyard-theme';

/** The button goes through system, light and dark; the choice is remembered. Calls back when the colors change. */
export function startTheme(onChange: () => void): void {
  const button = find('theme', HTMLButtonElement);
  let theme = stored();
  const show = (): void => {
    document.documentElement.dataset.theme = theme;
    button.ariaLabel = words[theme];
    button.title = words[theme];
    const meta = document.querySelector<HTMLMetaElement>('meta[name="theme-color"]');
    if (meta) meta.content = getComputedStyle(document.body).backgroundColor;
    onChange();
  };
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    try {
      localStorage.setItem(storageKey, theme);
    } catch {
      // A page without storage forgets the choice.
    }
    show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
  show();
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(storageKey);
    return themes.find((theme) => theme === value) ?? 'system';
  } catch {
    return 'system';
  }
}
