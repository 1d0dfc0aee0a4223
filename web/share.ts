// Shares the page's address by the system's own dialog, or copies it.

export interface ShareEvents {
  copied(sentence: string): void;
  fail(sentence: string): void;
}

export async function share({ copied, fail }: ShareEvents): Promise<void> {
  try {
    if (navigator.share) await navigator.share({ title: document.title, url: location.href });
    else {
      await navigator.clipboard.writeText(location.href);
      copied('The address of this view is copied.');
    }
  } catch (error) {
    // The reader closed the dialog.
    if ((error as Error).name === 'AbortError') return;
    fail('The address cannot be copied here; copy it from the address bar.');
  }
}
