// The programs and outputs in a chapter: what each one is, a button that copies it, and commands as they work for the reader.

/** How the lesson is started in a clone; the chapters' pages have the first. */
const ofClone = ['npm run lesson --', 'npm start -- lesson'];

/**
 * Writes a chapter's commands as they work where the page came from. Commands that are timed stay: the text tells what npm
 * adds to their time.
 */
export function nameCommands(text: HTMLElement, lesson: string): void {
  if (ofClone.includes(lesson)) return;
  const whole = lesson.replace(/ lesson$/, '');
  for (const code of text.querySelectorAll('code'))
    code.textContent = code
      .textContent!.replace(/(?<!time )npm run lesson --/g, lesson)
      .replaceAll('npm start --', whole);
  // The sentence that tells the package's command has no use beside that command.
  for (const paragraph of text.querySelectorAll('p')) {
    const [start, code, rest] = paragraph.childNodes;
    if (start?.textContent !== 'From the package it is ') continue;
    start.remove();
    code!.remove();
    rest!.textContent = rest!.textContent!.replace(/^\.\s*/, '');
  }
}

/** The command whose output a program's text is; undefined for other texts. */
export const commandOf = (program: HTMLElement): string | undefined =>
  /^\$ (.*)/.exec(program.textContent!)?.[1];

/** Puts a head with a button above each program. */
export function offerCopies(text: HTMLElement): void {
  for (const program of text.querySelectorAll('pre')) {
    const page = program.ownerDocument;
    const command = commandOf(program);
    const isProgram = program.querySelector('.language-ts') !== null;
    const kind = command ? 'Terminal' : isProgram ? 'Program' : 'Text';
    // Lets keys scroll what is wider than the panel.
    program.tabIndex = 0;
    program.setAttribute('role', 'group');
    program.setAttribute('aria-label', kind);
    const [block, head, name, copy] = [
      ...[page.createElement('div'), page.createElement('div'), page.createElement('span')],
      page.createElement('button'),
    ] as const;
    block.className = 'block';
    name.textContent = kind;
    copy.type = 'button';
    copy.textContent = command ? 'Copy command' : 'Copy';
    copy.addEventListener('click', () => void copyText(copy, program, command ?? program.textContent!));
    head.append(name, copy);
    program.replaceWith(block);
    block.append(head, program);
  }
}

/** Copies a text and says so on the button; where that is not allowed, the program is selected for the reader's own copy. */
async function copyText(button: HTMLButtonElement, program: HTMLElement, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text.trimEnd());
    button.textContent = 'Copied';
  } catch {
    getSelection()!.selectAllChildren(program);
    button.textContent = 'Selected';
  }
}
