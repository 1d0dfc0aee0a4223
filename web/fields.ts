// Invalid fields: the typed text stays, the field is marked, and a sentence is below it until it is corrected. Other fields
// keep working.

export const isWrong = (field: Element): boolean => field.getAttribute('aria-invalid') === 'true';

/** Marks a field; the sentence is under it, or under the row that it shares with others. */
export function markWrong(field: HTMLElement, sentence: string): void {
  const said = sentenceOf(field) ?? addSentence(field);
  field.setAttribute('aria-invalid', 'true');
  if (said.textContent !== sentence) said.textContent = sentence;
  said.hidden = false;
}

export function markRight(field: HTMLElement): void {
  if (!isWrong(field)) return;
  field.removeAttribute('aria-invalid');
  const said = sentenceOf(field);
  if (!said) return;
  said.textContent = '';
  said.hidden = true;
}

const sentenceOf = (field: HTMLElement): HTMLElement | null =>
  document.getElementById(field.getAttribute('aria-describedby') ?? '');

function addSentence(field: HTMLElement): HTMLElement {
  const said = document.createElement('p');
  said.id = `${field.id}-error`;
  said.className = 'error';
  said.setAttribute('role', 'alert');
  field.setAttribute('aria-describedby', said.id);
  (field.closest('.whole') ?? field.closest('.row') ?? field.closest('label') ?? field).after(said);
  return said;
}

/** Shows a value in a field, unless it cannot be read or somebody types there. */
export function put(field: HTMLInputElement, value: string): void {
  const isTyped = document.activeElement === field && 'typed' in field.dataset && field.type !== 'range';
  if (!isTyped && !isWrong(field) && field.value !== value) field.value = value;
}

/** What is typed in fields below `root` is left alone until they are left. */
export function watchTyping(root: HTMLElement): void {
  root.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLInputElement) target.dataset.typed = '';
  });
  root.addEventListener('focusout', ({ target }) => {
    if (target instanceof HTMLInputElement) delete target.dataset.typed;
  });
}

/** What somebody types below `root` gives way to what is shown next. */
export function forgetTyping(root: HTMLElement): void {
  for (const field of root.querySelectorAll('input')) delete field.dataset.typed;
}

/** The same for what cannot be read. */
export function forgetWrong(root: HTMLElement): void {
  for (const field of root.querySelectorAll('input')) markRight(field);
}
