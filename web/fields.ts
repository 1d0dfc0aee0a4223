// Invalid fields: the typed text stays, the field is marked, and a message is shown below it until it is corrected.
// Other fields keep working.

export const isWrong = (field: Element): boolean => field.getAttribute('aria-invalid') === 'true';

/** Marks a field as invalid, with a message below it or below the row that it shares with others. */
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

const sentenceOf = (field: HTMLElement): HTMLElement | null => document.getElementById(`${field.id}-error`);

function addSentence(field: HTMLElement): HTMLElement {
  const said = document.createElement('p');
  said.id = `${field.id}-error`;
  said.className = 'error';
  said.setAttribute('role', 'alert');
  const help = field.getAttribute('aria-describedby');
  field.setAttribute('aria-describedby', help ? `${help} ${said.id}` : said.id);
  (field.closest('.whole') ?? field.closest('.row') ?? field.closest('label') ?? field).after(said);
  return said;
}

/** Shows a value in a field, unless the field is invalid or the user is typing there. */
export function put(field: HTMLInputElement, value: string): void {
  const isTyped = document.activeElement === field && 'typed' in field.dataset && field.type !== 'range';
  if (!isTyped && !isWrong(field) && field.value !== value) field.value = value;
}

/** Protects text typed in fields within `root` until the fields lose focus. */
export function watchTyping(root: HTMLElement): void {
  root.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLInputElement) target.dataset.typed = '';
  });
  root.addEventListener('focusout', ({ target }) => {
    if (target instanceof HTMLInputElement) delete target.dataset.typed;
  });
}

/** Lets the next values shown replace text typed within `root`. */
export function forgetTyping(root: HTMLElement): void {
  for (const field of root.querySelectorAll('input')) delete field.dataset.typed;
}

/** The same for invalid fields. */
export function forgetWrong(root: HTMLElement): void {
  for (const field of root.querySelectorAll('input')) markRight(field);
}
