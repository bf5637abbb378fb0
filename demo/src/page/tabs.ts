import { find } from './dom.ts';

/** A tab list as ARIA has it: arrow keys, Home and End move between the tabs, which show their panels. */
export function startTabs<Name extends string>(
  names: readonly Name[],
  onShow: (name: Name) => void,
): (name: Name) => void {
  const tabs = names.map((name) => find(`tab-${name}`, HTMLButtonElement));
  const panels = names.map((name) => find(`panel-${name}`, HTMLElement));
  const show = (index: number): void => {
    tabs.forEach((tab, i) => {
      tab.ariaSelected = String(i === index);
      tab.tabIndex = i === index ? 0 : -1;
      panels[i]!.hidden = i !== index;
    });
    onShow(names[index]!);
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => show(i));
    tab.addEventListener('keydown', ({ key }) => {
      const steps: Record<string, number> = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: -1 };
      const to = steps[key];
      if (to === undefined) return;
      const index = (to + tabs.length) % tabs.length;
      show(index);
      tabs[index]!.focus();
    });
  });
  return (name) => show(names.indexOf(name));
}
