// An application that sends a mail through a mail server behind the connector.
'use strict';

const { sendMail } = require('@sap-cloud-sdk/mail-client');

module.exports = {
  mail: async () => {
    const [sent] = await sendMail(
      { destinationName: 'mail' },
      [{ to: 'erika@acme.example', subject: 'Ihre Bestellung: 7 Stück', text: 'Grüße\n.\nfrom the shop\n' }]
    );
    return { accepted: sent.accepted, response: sent.response };
  }
};
