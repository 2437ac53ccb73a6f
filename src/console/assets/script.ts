/**
 * What pages can do beyond what they do without it: parts of a form are renewed in place, a Reference ID is copied, and
 * a form is not sent twice. It makes nothing up: what it shows comes from the server.
 */
export const script = `'use strict'
document.documentElement.classList.add('scripted')

/** Sends a form as this button would, and shows the named parts of the answer in place of those that are there. */
async function renew(button) {
  const { form } = button
  const data = new URLSearchParams(new FormData(form))
  data.append(button.name, button.value)
  try {
    const response = await fetch(form.action, { method: 'POST', body: data })
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const ids = button.dataset.renews.split(' ')
    const parts = ids.map((id) => [document.getElementById(id), page.getElementById(id)])
    if (!parts.every(([, part]) => part)) throw new Error('Another page, such as one that asks to sign in')
    for (const [old, part] of parts) {
      const hadFocus = old.contains(document.activeElement)
      const next = part.querySelector('[autofocus]') || part.querySelector('button, input, select')
      if (next) next.autofocus = false
      old.replaceWith(part)
      if (hadFocus && next) next.focus()
    }
  } catch {
    form.requestSubmit(button)
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button')
  if (!button) return
  if (button.dataset.renews) {
    event.preventDefault()
    renew(button)
  }
  if (button.dataset.copies) copy(button)
})

/** Another user has other roles. */
document.addEventListener('change', (event) => {
  const button = document.getElementById(event.target.dataset.changes)
  if (button) renew(button)
})

async function copy(button) {
  const field = document.getElementById(button.dataset.copies)
  const status = document.getElementById(button.getAttribute('aria-describedby'))
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    status.textContent = 'Copied.'
  } catch {
    status.textContent = 'Selected: copy it with your keyboard.'
  }
}

document.addEventListener('submit', (event) => {
  if (event.target.dataset.sent) event.preventDefault()
  else if (event.target.method === 'post') event.target.dataset.sent = 'yes'
})
window.addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent
})
`
